// How much of pictures is sent and received: qualities, no camera at all, none of the others', and less on a busy machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { closeSettings, look, settings } from '../lib/looking.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';
import { sitFor } from '../lib/studio.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const hd = { width: 1280, height: 720, fps: 10 };

/** The heights of the camera's layers that travel, smallest first. */
function sending(person) {
  return person.page.evaluate(async () => {
    const connection = window.observed.connections.find(({ connectionState }) => connectionState === 'connected');
    const sender = connection.getTransceivers()[1].sender;
    const layers = async () => [...(await sender.getStats()).values()].filter(({ type }) => type === 'outbound-rtp');
    const before = new Map((await layers()).map(({ id, framesEncoded }) => [id, framesEncoded]));
    await new Promise((done) => setTimeout(done, 1500));
    return (await layers())
      .filter(({ id, framesEncoded }) => framesEncoded > (before.get(id) ?? 0))
      .map(({ frameHeight }) => frameHeight)
      .sort((a, b) => a - b);
  });
}

const video = async (person) => (await person.inbound()).filter(({ kind }) => kind === 'video');
const total = (rows, key) => rows.reduce((all, row) => all + (row[key] ?? 0), 0);

/** The camera is there before the answer, as on a slow network. */
function slowAnswers() {
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = async function (answer) {
    await new Promise((done) => setTimeout(done, 2000));
    return setRemoteDescription.call(this, answer);
  };
}

/** Whether no picture comes for two seconds. */
async function still(person) {
  const first = await video(person);
  await pause(2000);
  const second = await video(person);
  return total(second, 'framesDecoded') === total(first, 'framesDecoded') && total(second, 'bytesReceived') - total(first, 'bytesReceived') < 2000;
}

/** The height of the picture of somebody by name, as it is shown. */
const shown = async (person, name) => (await look(person, name))?.size[1] ?? 0;

// Ben sits in Chromium: behind another page of its own, Firefox neither paints nor sends.
for (const engine of names) {
  test(`quality changes what travels in ${engine}, at once and without an offer, and is remembered`, async (t) => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', 'chromium');
    const room = freshRoom();
    try {
      await sitFor(ann.page, { seed: 22, ...hd });
      await ann.join(house.server, room);
      const sends = (what, within = 30_000) => until(`${what} are sent`, async () => {
        const now = (await sending(ann)).join();
        if (now !== what) throw new Error(`${now} are sent`);
        return true;
      }, { within });
      await sends(''); // nobody is there to see any
      await ben.join(house.server, room);
      await settings(ben, 'Picture');
      await ben.click('switch', 'Go easy on a busy device'); // else a slow machine wants less
      await closeSettings(ben);
      await until('Ben sees more than 180p', async () => (await shown(ben, 'Ann')) > 180, { within: 20_000 });
      await sends('180,720'); // what fills Ben's tile, and the smallest to fall back on
      const offers = await ann.exchanges();
      await settings(ann, 'Picture');
      await ann.click('radio', 'Standard');
      await sends('180,360');
      await ann.click('radio', 'Data saver');
      await sends('180');
      await until('Ben sees 180p', async () => (await shown(ben, 'Ann')) === 180, { within: 20_000 });
      await until('Ann is sent 180p', async () => (await shown(ann, 'Ben')) <= 180, { within: 20_000 });
      await closeSettings(ann);
      await ann.reads('Data saver');
      await ann.page.evaluateOnNewDocument(slowAnswers);
      await ann.page.reload({ waitUntil: 'load' });
      await ann.find('toolbar', 'Meeting controls');
      await sends('180');
      await settings(ann, 'Picture');
      await ann.click('radio', 'HD');
      await sends('180,720');
      t.diagnostic(`${offers} offers before, ${await ann.exchanges()} since the reload`);
      assert.deepEqual(await ann.errors(), []);
    } finally {
      await ann.close();
      await ben.close();
    }
  });

  test(`who wants no cameras receives none in ${engine}, but screens, and sends their own`, async (t) => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', 'chromium');
    const room = freshRoom();
    try {
      await sitFor(ben.page, { seed: 29, width: 640, height: 360, fps: 8, talks: true });
      await ann.join(house.server, room);
      await ben.join(house.server, room);
      await until('both see each other', async () => (await shown(ann, 'Ben')) > 0 && (await shown(ben, 'Ann')) > 0, { within: 20_000 });
      await settings(ann, 'Picture');
      await ann.click('switch', 'Show pictures of others');
      await until('no more pictures come', () => still(ann), { within: 20_000 });
      assert.equal(await still(ben), false, 'Ben still sees Ann');
      await closeSettings(ann);
      await ann.reads('You do not see the others’ cameras');
      await ben.click('button', 'Share screen');
      await until('Ann sees the screen', async () => (await ann.pictures()).some(({ track }) => track % 4 === 2), { within: 20_000 });
      assert.ok((await ann.pictures()).every(({ track, name }) => track % 4 === 2 || name !== 'Ben'), 'and no camera of Ben');
      await ben.click('button', 'Share screen'); // again: no more
      await until('nothing comes again', () => still(ann), { within: 20_000 });

      await until('Ben sends none', async () => (await sending(ben)).length === 0, { within: 20_000 });
      // Looked at inside the page: from the click to the first frame that is shown.
      const button = await ann.find('button', 'Show them');
      const took = await button.evaluate((node) => new Promise((done) => {
        const start = performance.now();
        const seen = () => [...document.querySelectorAll('[role=group][aria-label="Ben"] video[data-track]')].some(({ videoWidth }) => videoWidth > 0);
        const timer = setInterval(() => seen() && (clearInterval(timer), done(performance.now() - start)), 10);
        node.click();
      }));
      t.diagnostic(`the picture was back after ${Math.round(took)} ms`);
      assert.ok(took <= 1000, `${took} ms`);

      await settings(ann, 'Picture');
      await ann.click('radio', 'Audio only');
      await until('no pictures come or go', async () => (await still(ann)) && (await look(ann)) === null, { within: 20_000 });
      await until('Ben sees none either', () => still(ben), { within: 20_000 });
      const heard = await ben.energyHeard();
      await until('Ben still hears Ann', async () => (await ben.energyHeard()) > heard);
    } finally {
      await ann.close();
      await ben.close();
    }
  });

  test(`a busy machine is sent smaller pictures in ${engine}, says so, and can be told not to`, async () => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', 'chromium');
    const room = freshRoom();
    try {
      await ann.page.evaluateOnNewDocument(() => {
        // A third of all frames comes too late to be shown, says the browser.
        const native = RTCPeerConnection.prototype.getStats;
        RTCPeerConnection.prototype.getStats = async function (...args) {
          const stats = await native.apply(this, args);
          if (!window.strained) return stats;
          return new Map([...stats].map(([id, stat]) => [id, stat.type === 'inbound-rtp' && stat.kind === 'video' ? { ...stat, framesDropped: stat.framesDecoded / 2 } : stat]));
        };
      });
      await sitFor(ben.page, { seed: 29, ...hd });
      await ann.join(house.server, room);
      await ben.join(house.server, room);
      await until('Ann sees more than 180p', async () => (await shown(ann, 'Ben')) > 180, { within: 30_000 });
      await ann.page.evaluate(() => (window.strained = true));
      await ann.reads('Busy device: smaller pictures', { within: 20_000 });
      await until('180p is all that comes', async () => (await shown(ann, 'Ben')) === 180, { within: 40_000 });
      await settings(ann, 'Picture');
      await ann.click('switch', 'Go easy on a busy device');
      await closeSettings(ann);
      await until('it is large again', async () => (await shown(ann, 'Ben')) > 180, { within: 20_000 });
      assert.ok(!(await ann.page.evaluate(() => document.body.innerText)).includes('Busy device'));
    } finally {
      await ann.close();
      await ben.close();
    }
  });
}
