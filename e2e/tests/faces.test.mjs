// A wrong name never shows on a face: bots send pictures coded with their number; whenever a picture can be seen on a
// tile, the number in the picture is the number in the tile's name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

for (const engine of names) {
  test(`no frame in ${engine} ever shows under another bot's name while slots switch among 12`, async () => {
    const room = freshRoom();
    const person = await house.person('Watcher', engine);
    await person.join(house.server, room);
    const bots = await house.server.bots(room, { senders: 12, args: ['--pictures', 'coded'] });
    try {
      await until('several pictures show', async () => (await person.pictures()).length >= 4, { within: 40_000 });
      const samples = await person.page.evaluate(watch, 15_000);
      const wrong = samples.filter(({ name, code }) => code !== null && Number(name.match(/\d+/)?.[0]) % 16 !== code);
      assert.deepEqual(wrong, []);
      const decoded = samples.filter(({ code }) => code !== null).length;
      assert.ok(decoded >= 100, `only ${decoded} of ${samples.length} samples could be read`);
    } finally {
      await bots.stop();
      await person.close();
    }
  });
}

/** Reads the coded number from every visible picture at each animation frame, while paging through the tiles. */
async function watch(duration) {
  const canvas = document.createElement('canvas');
  const bits = 4;
  canvas.width = 64;
  canvas.height = 36;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const samples = [];
  const end = performance.now() + duration;
  let nextSwitch = performance.now() + 1000;
  while (performance.now() < end) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    for (const video of document.querySelectorAll('video[data-track]')) {
      if (!video.videoWidth || !video.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const name = video.closest('[role=group]')?.getAttribute('aria-label') ?? '';
      if (!/^bot/i.test(name)) continue;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
      const light = (x, y) => pixels[4 * (Math.floor(y * canvas.height) * canvas.width + Math.floor(x * canvas.width))];
      let code = 0;
      for (let bit = 0; bit < bits; bit++) {
        // Each quarter is white over black for a one, black over white for a zero (internal/load).
        const difference = light((bit + 0.5) / bits, 0.22) - light((bit + 0.5) / bits, 0.78);
        if (Math.abs(difference) < 128) code = null; // not a coded picture
        if (code !== null) code = code * 2 + (difference > 0 ? 1 : 0);
      }
      samples.push({ name, code });
    }
    if (performance.now() > nextSwitch) {
      nextSwitch += 1000;
      // Changing the layout moves tracks between slots.
      [...document.querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === 'Layout')?.click();
    }
  }
  return samples;
}
