// Nothing but a keyboard: the focus is always somewhere, seen, and comes back.
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

// Firefox does not show the focus that a closing dialog gives back.
const without = { firefox: 'the ring is missing after a dialog' };

for (const engine of names) {
  test(`from Home into a meeting, through all of it and out, by keyboard alone (${engine})`, { skip: without[engine] }, async () => {
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
}
