// Nothing but a keyboard: the focus is always somewhere, seen, and comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { enterWith, makeRoom } from '../lib/host.mjs';
import { gone, Keyboard, shown } from '../lib/keyboard.mjs';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** Whether the last of a dialog's stops for the Tab key has the focus. */
const atTheEnd = (page) => page.evaluate(() => {
  const stops = [...document.querySelectorAll('dialog :is(button, input, select, [tabindex])')];
  return document.activeElement === stops.filter((one) => one.tabIndex >= 0 && !one.matches(':disabled') && one.checkVisibility()).at(-1);
});

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
      // To its last stop and not beyond: from there a browser goes on to its own bars, out of reach of a driver's keys.
      for (let tab = 0; tab < 30 && !(await atTheEnd(page)); tab++) {
        await keys.press('Tab');
        visited.add((await keys.held(`in ${entry}`)).name);
        const within = await page.evaluate(() => document.querySelector('dialog').contains(document.activeElement));
        assert.ok(within, 'the focus stays in the dialog');
      }
      assert.ok(await atTheEnd(page), `${entry}: the keyboard reaches only ${[...visited].join(', ')}`);
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
    await keys.tabTo('Close');
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

test('a host mutes somebody and lets somebody in by keyboard alone', async () => {
  const made = await makeRoom(house.server, freshRoom());
  const host = await house.person('Hana', 'chromium');
  const { page } = host;
  await enterWith(host, house.server, made);
  const gus = await house.person('Gus', 'chromium');
  await gus.page.goto(`${house.server.url}/r/${made.room}`, { waitUntil: 'load' });
  await gus.fill('textbox', 'Your name', 'Gus');
  await gus.page.keyboard.press('Enter');
  await host.reads('Gus wants to come in');

  const keys = new Keyboard(host);
  await page.evaluate(() => document.activeElement?.blur());
  await keys.press('p');
  await shown(page, 'aside section li');
  assert.equal((await keys.tabTo('Let in')).name, 'Let in');
  await keys.press('Enter');
  await gus.find('toolbar', 'Meeting controls');
  await page.waitForFunction(() => document.querySelectorAll('aside li').length === 2);
  await gus.page.keyboard.press('h');
  await shown(page, 'aside .hand');
  assert.equal((await keys.tabTo('What to do with Gus')).name, 'What to do with Gus');
  await keys.press('Enter');
  await shown(page, '[role=menu]');
  assert.equal((await keys.held('in the menu')).name, 'Lower hand');
  // The focus stays in the menu when what has it goes.
  await gus.page.keyboard.press('h');
  await page.waitForFunction(() => document.activeElement.textContent.trim() === 'Mute', { polling: 50 });
  await keys.press('ArrowDown');
  assert.equal((await keys.held('further down')).name, 'Stop camera');
  await keys.press('Escape');
  await gone(page, '[role=menu]');
  assert.equal((await keys.held('after the menu')).name, 'What to do with Gus');
  await keys.press('Enter');
  await shown(page, '[role=menu]');
  await keys.press('Enter');
  await gus.reads('Hana muted you.');
  await host.close();
  await gus.close();
});
