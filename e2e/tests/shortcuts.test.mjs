// Every shortcut that is listed does what it says; none does in a text field, nor once they are switched off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { crowd } from '../lib/crowd.mjs';
import { gone, shown } from '../lib/keyboard.mjs';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

// A headless Firefox has no screen to share.
const without = { chromium: [], firefox: ['S'] };
const typed = 'mvshcpltf? ';

const wide = (page, wanted) => page.waitForFunction((full) => (document.fullscreenElement !== null) === full, { polling: 50 }, wanted);

/** Waits until the button of the toolbar is on or off, "true" or "false". */
const pressed = (page, name, wanted) =>
  page.waitForFunction(
    (name, wanted) => document.querySelector(`[role=toolbar] [aria-label="${name}"]`).ariaPressed === wanted,
    { polling: 50 },
    name,
    wanted,
  );

const is = (page, name) => page.$eval(`[role=toolbar] [aria-label="${name}"]`, (button) => button.ariaPressed);
const other = (state) => (state === 'true' ? 'false' : 'true');

/** All that shortcuts change at once. */
const looks = (page) => page.evaluate(() => JSON.stringify([
  [...document.querySelectorAll('[role=toolbar] button')].map((button) => button.ariaPressed),
  ['aside', 'dialog', '.tile:not(.main)', '.covers'].map((one) => document.querySelectorAll(one).length),
  document.fullscreenElement === null,
]));

/** Each of the listed keys, and how to see what it does. */
function walk(page) {
  const { keyboard } = page;
  /** Turns what the button stands for, and turns it back. */
  const turns = (key, name) => async () => {
    const before = await is(page, name);
    for (const wanted of [other(before), before]) {
      await keyboard.press(key);
      await pressed(page, name, wanted);
    }
  };
  /** Brings this up; the key, or Escape from within, takes it away. */
  const opens = (key, selector, closes = key) => async () => {
    await keyboard.press(key);
    await shown(page, selector);
    await keyboard.press(closes);
    await gone(page, selector);
  };
  return {
    M: turns('m', 'Microphone'),
    Space: async () => {
      await keyboard.press('m');
      await pressed(page, 'Microphone', 'false');
      await keyboard.down(' ');
      await pressed(page, 'Microphone', 'true');
      await keyboard.up(' ');
      await pressed(page, 'Microphone', 'false');
      await keyboard.press('m');
      await pressed(page, 'Microphone', 'true');
    },
    V: turns('v', 'Camera'),
    S: turns('s', 'Share screen'),
    H: turns('h', 'Raise hand'),
    C: opens('c', '[role=log]', 'Escape'), // one types on in the chat
    P: opens('p', 'aside li'),
    L: opens('l', '.tile:not(.main)'), // in the grid all tiles are large
    T: opens('t', '.covers'),
    F: async () => {
      await keyboard.press('f');
      await wide(page, true);
      await keyboard.press('f');
      await wide(page, false);
    },
    '?': opens('?', 'dialog[open]', 'Escape'),
  };
}

for (const engine of names) {
  test(`every shortcut that is listed does what it says, and only where it should (${engine})`, async () => {
    const room = freshRoom();
    const person = await house.person('Kit', engine);
    const { page } = person;
    await person.join(house.server, room);
    const others = await crowd(house.server, room, 1);
    try {
      await page.waitForFunction(() => document.querySelectorAll('.tile').length === 2);
      await pressed(page, 'Microphone', 'true');
      await pressed(page, 'Camera', 'true');
      const does = walk(page);
      await page.keyboard.press('?');
      await shown(page, 'dialog[open]');
      const listed = await page.$$eval('dialog dl kbd', (all) => all.map((key) => key.textContent));
      assert.deepEqual(listed, Object.keys(does), 'the list of shortcuts');
      await page.keyboard.press('Escape');
      await gone(page, 'dialog[open]');
      // Twice: what turns back must turn again.
      for (const [key, run] of [...Object.entries(does), ...Object.entries(does)]) {
        if (!without[engine].includes(key)) await run().catch((cause) => assert.fail(`${key}: ${cause.message}`));
      }

      // In a text field they are letters.
      await page.keyboard.press('c');
      await page.waitForFunction(() => document.activeElement.tagName === 'TEXTAREA');
      const writing = await looks(page);
      await page.keyboard.type(typed);
      assert.equal(await page.$eval('aside textarea', (field) => field.value), typed);
      assert.equal(await looks(page), writing, 'in a text field, keys only write');
      await page.keyboard.press('Escape');
      await gone(page, 'aside');

      // Switched off, they do nothing.
      await page.keyboard.press('?');
      await page.$eval('dialog [role=switch]', (one) => one.click());
      await page.keyboard.press('Escape');
      await gone(page, 'dialog[open]');
      assert.equal(await page.$('[aria-keyshortcuts]'), null, 'nor are they told of');
      const before = await looks(page);
      for (const key of typed) await page.keyboard.press(key);
      assert.equal(await looks(page), before, 'switched off, keys do nothing');
      // What takes a while to show would make these clicks turn it back.
      for (const name of ['Microphone', 'Camera', 'Raise hand']) {
        const state = await is(page, name);
        await page.$eval(`[role=toolbar] [aria-label="${name}"]`, (button) => button.click());
        await pressed(page, name, other(state));
      }
      assert.deepEqual(await person.errors(), []);
    } finally {
      others.leave();
      await person.close();
    }
  });
}
