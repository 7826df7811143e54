// What is sent of a camera, and what is received: hidden backgrounds, sizes, audio only, none of the others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';
import { sitFor } from '../lib/studio.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** Opens the settings on a section. */
async function settings(person, section) {
  await person.click('button', 'More');
  await person.click('menuitem', 'Settings');
  await person.click('tab', section);
}

async function closeSettings(person) {
  await person.page.keyboard.press('Escape');
  await until('the settings are closed', async () => !(await person.sees('tab', 'Picture')));
}

/** Runs in the page before its own scripts: a camera that shows a wall of books. */
function books() {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  window.cameras = [];
  devices.getUserMedia = async (wanted) => {
    const stream = await native(wanted);
    if (!wanted.video) return stream;
    const [device] = stream.getVideoTracks();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 360];
    const pen = canvas.getContext('2d');
    // A wall of books, which a light moves along.
    let frame = 0;
    const draw = () => {
      frame++;
      for (let shelf = 0; shelf < 5; shelf++) {
        for (let book = 0; book < 64; book++) {
          const light = 25 + ((book * 37 + shelf * 53) % 50) + ((book + frame) % 8);
          pen.fillStyle = `hsl(${(book * 71 + shelf * 40) % 60} 40% ${light}%)`;
          pen.fillRect(book * 10, shelf * 72, 10, 66);
        }
        pen.fillStyle = '#3a2c20';
        pen.fillRect(0, shelf * 72 + 66, 640, 6);
      }
    };
    const timer = setInterval(draw, 100);
    draw();
    const [track] = canvas.captureStream(10).getVideoTracks();
    const stop = track.stop.bind(track);
    const settings = device.getSettings();
    track.getSettings = () => settings;
    track.stop = () => (stop(), device.stop(), clearInterval(timer));
    window.cameras.push(track);
    return new MediaStream([track, ...stream.getAudioTracks()]);
  };
}

/** Looks at what the camera's sender sends, or at the picture of somebody: how much detail, and colours at places. */
function look(person, where = 'sent') {
  return person.page.evaluate(async (which) => {
    const video = which === 'sent' ? document.createElement('video') : document.querySelector(`[role=group][aria-label="${which}"] video[data-track]`);
    if (!video) return null;
    if (which === 'sent') {
      const connection = window.observed.connections.find(({ connectionState }) => connectionState === 'connected');
      const track = connection?.getTransceivers()[1].sender.track;
      if (!track) return null;
      video.muted = true;
      video.srcObject = new MediaStream([track]);
      await Promise.race([video.play(), new Promise((done) => setTimeout(done, 2000))]);
      await new Promise((done) => setTimeout(done, 300));
    }
    if (!video.videoWidth) return null;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 180];
    const pen = canvas.getContext('2d');
    pen.drawImage(video, 0, 0, 320, 180);
    const size = [video.videoWidth, video.videoHeight];
    if (which === 'sent') video.srcObject = null;
    const { data } = pen.getImageData(0, 0, 320, 180);
    let detail = 0;
    for (let at = 4; at < data.length; at += 4) detail += Math.abs(data[at] - data[at - 4]);
    const at = (x, y) => [...data.slice((y * 320 + x) * 4, (y * 320 + x) * 4 + 3)];
    return { detail: detail / (320 * 180), corner: at(12, 12), middle: at(160, 70), size };
  }, where);
}

const sum = (colour) => colour.reduce((all, one) => all + one, 0);

for (const engine of names) {
  test(`a background is blurred in ${engine}, for the others too, and can be shown again`, async (t) => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', engine);
    const room = freshRoom();
    try {
      await ann.page.evaluateOnNewDocument(books);
      await ann.join(house.server, room);
      await ben.join(house.server, room);
      await until('Ben sees the books', async () => ((await look(ben, 'Ann'))?.detail ?? 0) > 5, { within: 20_000 });
      const sharp = await look(ann);
      await settings(ann, 'Picture');
      await ann.click('radio', 'Blurred');
      const soft = await until('the sent picture is blurred', async () => {
        const now = await look(ann);
        if (now && now.detail >= sharp.detail / 4) throw new Error(`detail ${sharp.detail.toFixed(1)} before, ${now.detail.toFixed(1)} now`);
        return now;
      }, { within: 20_000 });
      t.diagnostic(`detail ${sharp.detail.toFixed(1)} as it is, ${soft.detail.toFixed(1)} blurred, ${soft.size.join(' × ')}`);
      await until('Ben sees it blurred', async () => (await look(ben, 'Ann')).detail < sharp.detail / 3, { within: 20_000 });
      // Frames flow on: Ben decodes more of them.
      const frames = async () => Object.values(await ben.framesDecoded()).reduce((all, one) => all + one, 0);
      const before = await frames();
      await new Promise((done) => setTimeout(done, 4000));
      const fps = ((await frames()) - before) / 4;
      t.diagnostic(`${fps.toFixed(1)} frames a second arrive`);
      assert.ok(fps >= 3, `${fps} frames a second`);
      await ann.click('radio', 'As it is');
      await until('the room is sharp again', async () => (await look(ben, 'Ann')).detail > sharp.detail / 2, { within: 20_000 });
      const live = await ann.page.evaluate(() => window.cameras.filter(({ readyState }) => readyState === 'live').length);
      assert.equal(live, 1, 'one camera is open');
      assert.equal(ann.page.workers().filter((worker) => worker.url().includes('worker')).length, 0, 'the worker has ended');
      assert.deepEqual(await ann.errors(), []);
    } finally {
      await ann.close();
      await ben.close();
    }
  });

  test(`a person stays before another background in ${engine}, also after the camera was off`, async () => {
    const ann = await house.person('Ann', engine);
    try {
      await sitFor(ann.page, { seed: 22, width: 640, height: 360, fps: 8 });
      await ann.join(house.server, freshRoom());
      const room = await until('the camera is sent', () => look(ann));
      await settings(ann, 'Picture');
      await ann.click('radio', 'Night');
      const dark = (now) => now && sum(now.corner) < 130 && Math.abs(sum(now.middle) - sum(room.middle)) < 120;
      await until('the corner is night and the face is there', async () => dark(await look(ann)), { within: 20_000 });
      await closeSettings(ann);
      await ann.click('button', 'Camera');
      await until('nothing is sent', async () => (await look(ann)) === null);
      await ann.click('button', 'Camera');
      await until('it is night again', async () => dark(await look(ann)), { within: 20_000 });
      assert.deepEqual(await ann.errors(), []);
    } finally {
      await ann.close();
    }
  });

  test(`who wants no cameras receives none in ${engine}, and sends their own`, async () => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', engine);
    const room = freshRoom();
    try {
      await ann.join(house.server, room);
      await ben.join(house.server, room);
      await Promise.all([ann.seesAndHears(1), ben.seesAndHears(1)]);
      const received = async (person) => {
        const video = (await person.inbound()).filter(({ kind }) => kind === 'video');
        return { frames: video.reduce((all, one) => all + (one.framesDecoded ?? 0), 0), bytes: video.reduce((all, one) => all + (one.bytesReceived ?? 0), 0) };
      };
      const still = async (person) => {
        const [first] = [await received(person), await new Promise((done) => setTimeout(done, 2000))];
        const second = await received(person);
        return second.frames === first.frames && second.bytes - first.bytes < 2000;
      };
      await settings(ann, 'Picture');
      await ann.click('switch', 'Show pictures of others');
      await until('no more pictures come', () => still(ann), { within: 20_000 });
      assert.equal(await still(ben), false, 'Ben still sees Ann');
      await closeSettings(ann);
      await ann.click('button', 'Show them');
      await until('pictures come again', async () => !(await still(ann)), { within: 20_000 });

      await settings(ann, 'Picture');
      await ann.click('switch', 'Audio only');
      await until('no pictures come or go', async () => (await still(ann)) && (await look(ann)) === null, { within: 20_000 });
      await until('Ben sees none either', () => still(ben), { within: 20_000 });
      const heard = await ben.energyHeard();
      if (engine === 'chromium') await until('Ben still hears Ann', async () => (await ben.energyHeard()) > heard);
    } finally {
      await ann.close();
      await ben.close();
    }
  });
}
