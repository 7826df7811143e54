// The place for captions, and hints over the stage, in the gallery, where their state is set by hand: nobody sends captions
// to the real page yet, and a connection that is lost at the right moment is hard to come by.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { dress, findings } from '../lib/axe.mjs';
import { launch } from '../lib/browsers.mjs';
import { until } from '../lib/server.mjs';

const ui = fileURLToPath(new URL('../../ui/', import.meta.url));
const gallery = 'http://localhost:5173/gallery/';
let vite;
let browser;
before(async () => {
  vite = spawn(process.execPath, ['node_modules/vite/bin/vite.js', '--strictPort'], { cwd: ui, stdio: 'ignore' });
  browser = await launch('chromium');
  await until('the gallery is open', async () => (await fetch(gallery).catch(() => null))?.ok, { within: 30_000 });
});
after(async () => {
  await browser?.close();
  const ended = once(vite, 'exit');
  vite.kill();
  await ended;
});

/** Opens the meeting as the query has it. */
async function meeting(page, query) {
  await page.goto(`${gallery}?screen=meeting&people=4&${query}`, { waitUntil: 'load' });
  await page.waitForSelector('[role=toolbar]', { timeout: 30_000 });
}

test('captions are written over the stage, above the toolbar, as large as one likes, and never read out', async () => {
  const page = await browser.newPage();
  await dress(page, 'light');
  for (const viewport of [{ width: 1280, height: 800 }, { width: 320, height: 568, isMobile: true, hasTouch: true }]) {
    await page.setViewport(viewport);
    const sizes = {};
    for (const size of ['normal', 'large', 'largest']) {
      await meeting(page, `captions=Noted&size=${size}`);
      const captions = await page.waitForSelector('.captions');
      const { box, words, role, live, font, bar } = await captions.evaluate((node) => ({
        box: node.getBoundingClientRect().toJSON(),
        words: [...node.querySelectorAll('p')].map((line) => line.innerText.replace(/\s+/g, ' ').trim()),
        role: node.role,
        live: node.ariaLive,
        font: parseFloat(getComputedStyle(node).fontSize),
        bar: document.querySelector('footer').getBoundingClientRect().top,
      }));
      assert.deepEqual(words, ['Elias Berg Third. And then', 'Noor Haddad Noted'], 'the last two lines of each');
      assert.deepEqual({ role, live }, { role: 'log', live: 'off' });
      assert.ok(box.left >= 0 && box.right <= viewport.width && box.bottom <= bar, `${size}: ${JSON.stringify(box)}, the bar at ${bar}`);
      sizes[size] = font;
    }
    assert.ok(sizes.normal < sizes.large && sizes.large < sizes.largest, JSON.stringify(sizes));
  }
  await page.waitForFunction(() => !document.querySelector('.captions'), { timeout: 12_000 }); // once they have been read
  await meeting(page, '');
  assert.equal(await page.$('.captions'), null, 'no captions, no place for them');
  await page.close();
});

for (const language of ['en', 'ko']) {
  test(`captions and hints over the stage have no findings of axe (${language})`, async () => {
    const page = await browser.newPage();
    for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740, isMobile: true, hasTouch: true }]) {
      await page.setViewport(viewport);
      for (const theme of ['dark', 'light']) {
        await dress(page, theme);
        await meeting(page, `lang=${language}&captions=Noted&reconnecting&blocked&muted&talking&locked&timer=300`);
        await page.waitForFunction(() => document.querySelectorAll('.stage [role=status] p, .stage p[role=alert]').length >= 3);
        assert.deepEqual(await findings(page, { part: '.stage' }), [], `${theme}, ${viewport.width} px`);
      }
    }
    await page.close();
  });
}
