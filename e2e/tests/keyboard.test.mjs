// Nothing but a keyboard: the focus is always somewhere, seen, and comes back; every shortcut does what it says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { Keyboard } from '../lib/keyboard.mjs';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

// Looked for in the page: Firefox takes seconds for its tree of accessible things while pictures move.
const shown = (page, selector) => page.waitForSelector(selector);
const gone = (page, selector) => page.waitForFunction((one) => !document.querySelector(one), { polling: 50 }, selector);
const pressedIs = (page, key, wanted) =>
  page.waitForFunction(
    (key, wanted) => document.querySelector(`[role=toolbar] [aria-keyshortcuts="${key}"]`)?.ariaPressed === wanted,
    { polling: 50, timeout: 10_000 }, key, wanted,
  );

for (const engine of names) {
  test(`from Home into a meeting, through all of it and out, by keyboard alone (${engine})`, async () => {
    const person = await house.person('Key', engine);
    const { page } = person;
    const keys = new Keyboard(person);
    await page.goto(house.server.url, { waitUntil: 'load' });
    await shown(page, '#room');
    await keys.tabTo('Room name');
    await keys.type(freshRoom());
    await keys.press('Enter');
    await shown(page, '#name');
    await keys.tabTo('Your name');
    await keys.type('Key');
    await keys.press('Enter');
    await shown(page, '[role=toolbar]');

    // Panels take the focus and give it back.
    await keys.tabTo('People');
    await keys.press('Enter');
    await shown(page, 'aside.sheet');
    assert.ok(await page.evaluate(() => document.querySelector('aside.sheet').contains(document.activeElement)), 'the focus is in the people');
    await keys.press('Escape');
    await gone(page, 'aside.sheet');
    await keys.arrives('People');

    // Menus do too, and arrows lead through them, round the end.
    for (const menu of ['Sound devices', 'Video devices', 'Reactions', 'Layout', 'More']) {
      await keys.tabTo(menu, { back: menu === 'Sound devices' });
      await keys.press('Enter');
      await shown(page, '[role=menu]');
      const first = await keys.held(`in ${menu}`);
      assert.match(first.role, /^menuitem/);
      await keys.press('Home');
      const begin = await keys.held(`at the beginning of ${menu}`);
      await keys.press('End', 'ArrowDown');
      if (menu !== 'Reactions') assert.deepEqual(await keys.held(`round the end of ${menu}`), begin);
      await keys.press('Escape');
      await gone(page, '[role=menu]');
      await keys.arrives(menu);
    }

    // Dialogs keep the focus within, and give it back.
    for (const entry of ['Settings', 'Keyboard shortcuts']) {
      await keys.press('Enter');
      await shown(page, '[role=menu]');
      for (let step = 0; !(await keys.held('in More')).name.startsWith(entry); step++) {
        assert.ok(step < 20, `no ${entry} in the menu`);
        await keys.press('ArrowDown');
      }
      await keys.press('Enter');
      await shown(page, 'dialog[open]');
      const visited = new Set();
      for (let tab = 0; tab < 14; tab++) {
        await keys.press('Tab');
        const focus = await keys.focus();
        if (focus) visited.add(focus.name);
        const within = await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement));
        assert.ok(within, 'the focus stays in the dialog, or with the browser');
      }
      assert.ok(visited.size >= 2, `${entry}: the keyboard reaches ${[...visited].join(', ')}`);
      await keys.press('Escape');
      await gone(page, 'dialog[open]');
      await keys.arrives('More');
    }

    // Statistics are beside the stage: opened, read, closed.
    await keys.press('Enter');
    await shown(page, '[role=menu]');
    for (let step = 0; step < 20 && !(await keys.held('in More')).name.startsWith('Statistics'); step++) await keys.press('ArrowDown');
    await keys.press('Enter');
    await shown(page, '.stage table');
    await keys.tabTo('Close', { back: true });
    await keys.press('Enter');
    await gone(page, '.stage table');
    await keys.arrives('More');

    // The chat: write, close, and be where one was.
    await keys.tabTo('Chat', { back: true });
    await keys.press('Enter');
    await keys.arrives('Message');
    await keys.type('typed');
    await keys.press('Enter');
    await page.waitForFunction(() => document.querySelector('[role=log]')?.textContent.includes('typed'));
    await keys.press('Escape');
    await gone(page, 'aside.sheet');
    await keys.arrives('Chat');
    await keys.tabTo('Leave');
    await keys.press('Enter');
    await shown(page, 'main h1');
    await keys.tabTo('Rejoin');
    assert.deepEqual(await person.errors(), []);
    await person.close();
  });

  test(`every shortcut that is listed does what it says, and none does once they are off (${engine})`, async () => {
    const room = freshRoom();
    const person = await house.person('Kit', engine);
    const { page } = person;
    await person.join(house.server, room);
    const bots = await house.server.bots(room, { senders: 1, args: ['--audio=false', '--size', 'q'] });
    try {
      await page.waitForFunction(() => document.querySelectorAll('.tile').length === 2);
      await page.evaluate(() => document.activeElement.blur());
      const toggles = (key) => async () => {
        const before = await page.$eval(`[role=toolbar] [aria-keyshortcuts="${key}"]`, (node) => node.ariaPressed);
        const other = before === 'true' ? 'false' : 'true';
        await page.keyboard.press(key.toLowerCase());
        await pressedIs(page, key, other);
        await page.keyboard.press(key.toLowerCase());
        await pressedIs(page, key, before);
      };
      const opens = (key, selector) => async () => {
        await page.keyboard.press(key);
        await shown(page, selector);
        await page.keyboard.press('Escape');
        await gone(page, selector);
        await page.evaluate(() => document.activeElement.blur());
      };
      const turns = (key, selector) => async () => {
        await page.keyboard.press(key);
        await shown(page, selector);
        await page.keyboard.press(key);
        await gone(page, selector);
      };
      const does = {
        M: toggles('M'),
        Space: async () => {
          await page.keyboard.press('m');
          await pressedIs(page, 'M', 'false');
          await page.keyboard.down(' ');
          await pressedIs(page, 'M', 'true');
          await page.keyboard.up(' ');
          await pressedIs(page, 'M', 'false');
          await page.keyboard.press('m');
          await pressedIs(page, 'M', 'true');
        },
        V: toggles('V'),
        S: toggles('S'),
        H: toggles('H'),
        C: opens('c', '[role=log]'),
        P: opens('p', 'aside li'),
        L: turns('l', '.tile.main'),
        T: turns('t', '.meeting.covers'),
        F: async () => {
          await page.keyboard.press('f');
          await page.waitForFunction(() => document.fullscreenElement !== null);
          await page.keyboard.press('f');
          await page.waitForFunction(() => document.fullscreenElement === null);
        },
        '?': opens('?', 'dialog[open]'),
      };
      await page.keyboard.press('?');
      await shown(page, 'dialog[open]');
      const listed = await page.$$eval('dialog dl kbd', (all) => all.map((key) => key.textContent));
      assert.deepEqual(listed, Object.keys(does), 'the list of shortcuts');
      await page.keyboard.press('Escape');
      await gone(page, 'dialog[open]');
      await page.evaluate(() => document.activeElement.blur());
      for (const [key, run] of Object.entries(does)) await run().catch((error) => assert.fail(`${key}: ${error.message}`));

      await page.keyboard.press('?');
      await shown(page, 'dialog [role=switch]');
      await page.$eval('dialog [role=switch]', (one) => one.click());
      await page.keyboard.press('Escape');
      await gone(page, 'dialog[open]');
      await page.evaluate(() => document.activeElement.blur());
      assert.equal(await page.$('[aria-keyshortcuts]'), null, 'nor are they told of');
      const looks = () => page.evaluate(() => [
        ...[...document.querySelectorAll('[role=toolbar] button')].map((button) => button.ariaPressed),
        document.querySelectorAll('aside, dialog, .tile.main, .covers').length, document.fullscreenElement === null,
      ].join());
      const before = await looks();
      for (const key of ['m', 'v', 's', 'h', 'c', 'p', 'l', 't', 'f', '?', ' ']) await page.keyboard.press(key);
      await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
      assert.equal(await looks(), before, 'switched off, keys do nothing');
      assert.deepEqual(await person.errors(), []);
    } finally {
      await bots.stop();
      await person.close();
    }
  });
}
