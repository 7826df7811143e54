// Rooms with hosts, in both languages and themes: axe finds nothing; the keyboard is enough.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clean, dress } from '../lib/axe.mjs';
import { knock } from '../lib/crowd.mjs';
import { enterWith, makeRoom } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';

const passcode = 'blue otter';
let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** Opens a page that axe may look into. */
async function sit(name, language, theme) {
  const person = await house.person(name, 'chromium', { language });
  await dress(person.page, theme);
  return person;
}

/** Presses what this selector finds, once it is there. */
async function press(page, selector) {
  await (await page.waitForSelector(selector)).evaluate((element) => element.click());
}

const submit = (page) => press(page, 'form button[type=submit]');

for (const language of ['en', 'ko']) {
  for (const theme of ['dark', 'light']) {
    test(`what hosts see has no findings of axe (${language}, ${theme})`, async () => {
      const made = await makeRoom(house.server, freshRoom(), { passcode });
      const { page, close } = await sit('Hana', language, theme).then((host) => ({ page: host.page, close: () => host.close() }));
      await page.goto(`${house.server.url}/r/${made.room}#k=${made.key}`, { waitUntil: 'load' });
      await page.waitForSelector('#name');
      await clean(page, 'the lobby as host');

      await page.goto(house.server.url, { waitUntil: 'load' });
      const mine = 'section[aria-labelledby=my-rooms]';
      await page.waitForSelector(`${mine} li`);
      await clean(page, 'Home with rooms');
      await press(page, `${mine} header button`);
      await page.waitForSelector('dialog #room-name');
      await clean(page, 'making a room');
      await press(page, 'dialog header button');
      await press(page, `${mine} li button:last-child`);
      await page.waitForSelector('dialog #room-passcode');
      await clean(page, 'a room of mine');
      await press(page, 'dialog > div > div > button:last-child'); // delete, which asks
      await page.waitForSelector('dialog [role=alert]');
      await clean(page, 'deleting it');

      await page.goto(`${house.server.url}/r/${made.room}`, { waitUntil: 'load' });
      await (await page.waitForSelector('#name')).type('Hana');
      await submit(page);
      await page.waitForSelector('[role=toolbar]');
      const leave = await knock(house.server, made.room, ['Zoe', 'Gus'], passcode);
      await page.waitForFunction(() => document.querySelectorAll('.stage button').length > 1);
      await clean(page, 'somebody at the door');
      await page.keyboard.press('p');
      await page.waitForSelector('aside section li');
      await clean(page, 'people who wait');
      await press(page, 'aside section li .admit');
      await page.waitForFunction(() => document.querySelectorAll('aside section li').length === 1);
      leave();
      await page.waitForFunction(() => !document.querySelector('aside section li'));
      await press(page, 'aside footer button:nth-child(3)');
      await page.waitForSelector('dialog #room-passcode');
      await clean(page, 'host controls');
      await press(page, 'dialog > div > div > button:last-child'); // end for all, which asks
      await page.waitForFunction(() => document.querySelector('dialog') && !document.querySelector('dialog #room-passcode'));
      await clean(page, 'ending for all');
      await close();
    });

    test(`what guests see at the door has no findings of axe (${language}, ${theme})`, async () => {
      const made = await makeRoom(house.server, freshRoom(), { passcode });
      const { page, close } = await sit('Gus', language, theme).then((guest) => ({ page: guest.page, close: () => guest.close() }));
      await page.goto(`${house.server.url}/r/${made.room}`, { waitUntil: 'load' });
      await (await page.waitForSelector('#passcode')).type('red otter');
      await page.type('#name', 'Gus');
      await submit(page);
      await page.waitForSelector('#refusal');
      await clean(page, 'a wrong passcode');
      await page.$eval('#passcode', (field) => field.select());
      await page.type('#passcode', passcode);
      await submit(page);
      await page.waitForFunction(() => !document.querySelector('#name'));
      await clean(page, 'waiting');
      await close();
    });
  }
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

  const focused = () => page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent?.trim());
  /** Goes on with Tab until what has the focus is called so. */
  const tabTo = async (name) => {
    for (let step = 0; step < 60; step++) {
      if ((await focused()) === name) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never came to ${name}`);
  };
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('p');
  await page.waitForSelector('aside section li');
  await tabTo('Let in');
  await page.keyboard.press('Enter');
  await gus.find('toolbar', 'Meeting controls');
  await page.waitForFunction(() => document.querySelectorAll('aside li').length === 2);
  await tabTo('What to do with Gus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=menu]');
  assert.equal(await focused(), 'Mute');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 'Stop camera');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('[role=menu]'));
  assert.equal(await focused(), 'What to do with Gus');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=menu]');
  await page.keyboard.press('Enter');
  await gus.reads('Hana muted you.');
  await host.close();
  await gus.close();
});
