// Hidden backgrounds: what the others see of a camera, what it costs, and what happens when it cannot be done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { books, closeSettings, costOfBlur, flag, look, settings, sum } from '../lib/looking.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';
import { sitFor } from '../lib/studio.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const reddish = ([red, , blue]) => red > 150 && blue < 90;

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

  test(`nothing of hidden backgrounds is loaded in ${engine} before one is chosen in the lobby, and nothing from elsewhere`, async (t) => {
    const ann = await house.person('Ann', engine);
    const loaded = [];
    ann.page.on('request', (request) => loaded.push(request.url()));
    try {
      await ann.page.evaluateOnNewDocument(books);
      await ann.arrive(house.server, freshRoom());
      const sharp = await until('the preview shows the books', async () => {
        const now = await look(ann, 'preview');
        return now?.detail > 5 && now;
      });
      const late = () => loaded.map((url) => new URL(url)).filter(({ pathname }) => /background|worker|tflite|SettingsDialog/i.test(pathname));
      assert.deepEqual(late().map(String), []);
      const scripts = loaded.filter((url) => url.endsWith('.js')).length;
      t.diagnostic(`${loaded.length} requests, ${scripts} of them for scripts, before`);
      assert.ok(scripts > 0, 'requests are seen at all');
      await ann.click('button', 'Background and picture');
      await ann.click('radio', 'Blurred');
      await until('the preview is blurred', async () => (await look(ann, 'preview'))?.detail < sharp.detail / 4, { within: 20_000 });
      assert.ok(late().length >= 2, 'it is loaded now');
      const elsewhere = loaded.filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== house.server.url);
      assert.deepEqual(elsewhere, []);
      assert.deepEqual(await ann.errors(), []);
      // It is remembered, and hidden from the first frame on after a reload.
      await ann.page.reload({ waitUntil: 'load' });
      await until('the preview is blurred', async () => {
        const now = await look(ann, 'preview');
        if (now) assert.ok(now.detail < sharp.detail / 3, `the room was seen: ${now.detail}`);
        return now;
      }, { within: 20_000 });
    } finally {
      await ann.close();
    }
  });

  test(`a picture of my own is behind me in ${engine}, the right way round for others, until it is removed`, async () => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', engine);
    const room = freshRoom();
    try {
      await ann.page.evaluateOnNewDocument(books);
      await ann.join(house.server, room);
      await ben.join(house.server, room);
      await until('Ben sees Ann', () => look(ben, 'Ann'), { within: 20_000 });
      await settings(ann, 'Picture');
      const field = await ann.page.waitForSelector('dialog input[type=file]');
      await field.uploadFile(flag);
      await until('Ben sees red on the left and blue on the right', async () => {
        const { corner, otherCorner } = await look(ben, 'Ann');
        return reddish(corner) && reddish([...otherCorner].reverse());
      }, { within: 20_000 });
      // I see myself as in a mirror.
      const mirrored = await ann.page.$eval('dialog video', (video) => getComputedStyle(video).scale);
      assert.match(mirrored, /^-1( 1)?$/);
      await field.uploadFile(new URL('../package.json', import.meta.url).pathname);
      await ann.reads('This picture cannot be used');
      await closeSettings(ann);

      await ann.page.reload({ waitUntil: 'load' });
      await ann.find('toolbar', 'Meeting controls');
      await until('it is there again', async () => reddish((await look(ben, 'Ann'))?.corner ?? [0, 0, 0]), { within: 20_000 });
      await settings(ann, 'Picture');
      await ann.click('button', 'Remove your picture 1');
      await until('it is gone', async () => !(await ann.sees('radio', 'Your picture 1')));
      const blurred = await ann.find('radio', 'Blurred');
      await until('the room stays hidden', () => blurred.evaluate((radio) => radio.checked));
      assert.deepEqual(await ann.errors(), []);
    } finally {
      await ann.close();
      await ben.close();
    }
  });

  test(`the room stays hidden in ${engine} when the camera is lost, and when hiding it fails`, async () => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', engine);
    const room = freshRoom();
    try {
      await ann.page.evaluateOnNewDocument(books);
      await ann.page.evaluateOnNewDocument(() => {
        const Native = window.Worker;
        window.hiding = [];
        window.Worker = class extends Native {
          constructor(...args) {
            super(...args);
            window.hiding.push(this);
          }
        };
      });
      await ann.join(house.server, room);
      await ben.join(house.server, room);
      await until('Ben sees Ann', () => look(ben, 'Ann'), { within: 20_000 });
      await settings(ann, 'Picture');
      await ann.click('radio', 'Night');
      await closeSettings(ann);
      const night = async () => sum((await look(ben, 'Ann'))?.corner ?? [255, 255, 255]) < 130;
      await until('it is night', night, { within: 20_000 });

      // Unplugged: another camera stands in, before the same night.
      await ann.page.evaluate(() => window.cameras.at(-1).unplug());
      await until('another camera is open', () => ann.page.evaluate(() => window.cameras.length > 1 && window.cameras.at(-1).readyState === 'live'));
      await until('it is night again', night, { within: 20_000 });
      // Muting the microphone changes nothing of it.
      for (const _ of [1, 2]) await ann.click('button', 'Microphone');
      assert.ok(await night());

      await ann.page.evaluate(() => {
        const data = { type: 'failed', reason: 'too slow' };
        window.hiding.at(-1).dispatchEvent(new MessageEvent('message', { data }));
      });
      await ann.reads('Your camera is off, so that nobody sees your room.');
      await until('nothing is sent', async () => (await look(ann)) === null);
      await until('Ben sees no picture of Ann', async () => (await look(ben, 'Ann')) === null);
      await ann.click('button', 'Show my room');
      await until('Ben sees the room', async () => ((await look(ben, 'Ann'))?.detail ?? 0) > 4, { within: 20_000 });
      assert.deepEqual(await ann.errors(), []);
    } finally {
      await ann.close();
      await ben.close();
    }
  });

  test(`a frame of 720p takes no longer than it may in ${engine}, or less is done`, async (t) => {
    const ann = await house.person('Ann', engine);
    try {
      await sitFor(ann.page, { seed: 22, width: 1280, height: 720, fps: 10 });
      await ann.join(house.server, freshRoom());
      await costOfBlur(t, ann, `${engine}, 720p`);
      const { size } = await look(ann);
      t.diagnostic(`sent: ${size.join(' × ')}`);
    } finally {
      await ann.close();
    }
  });
}
