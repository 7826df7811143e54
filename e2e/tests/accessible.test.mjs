// Every screen, in both languages and themes: axe finds nothing; the keyboard is enough.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clean, dress } from '../lib/axe.mjs';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

for (const language of ['en', 'ko']) {
  for (const theme of ['dark', 'light']) {
    test(`Home, Lobby, Meeting and Left have no findings of axe (${language}, ${theme})`, async () => {
      const person = await house.person('Kim', 'chromium', { language });
      await dress(person.page, theme);
      await person.page.goto(house.server.url, { waitUntil: 'load' });
      await person.page.waitForSelector('main');
      await clean(person.page, 'Home');
      await person.page.goto(`${house.server.url}/r/${freshRoom()}`, { waitUntil: 'load' });
      await person.page.waitForSelector('form button[type=submit]');
      await clean(person.page, 'Lobby');
      const name = await person.page.waitForSelector('form input#name');
      await name.type('Kim');
      await person.page.$eval('form button[type=submit]', (button) => button.click());
      await person.page.waitForSelector('[role=toolbar]');
      await clean(person.page, 'Meeting');
      await person.page.keyboard.press('c');
      await person.page.waitForSelector('[role=log]');
      await clean(person.page, 'Chat');
      await person.close();
    });
  }
}

test('from Home into a meeting, a chat message and out, by keyboard alone', async () => {
  const person = await house.person('Key', 'chromium');
  const { page } = person;
  await page.goto(house.server.url);
  const room = await person.find('textbox', 'Room name');
  await room.focus();
  await page.keyboard.type(freshRoom());
  await page.keyboard.press('Enter');
  await (await person.find('textbox', 'Your name')).focus();
  await page.keyboard.type('Key');
  await page.keyboard.press('Enter');
  await person.find('toolbar', 'Meeting controls');
  await page.keyboard.press('c');
  await person.find('textbox', 'Message');
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA' || document.activeElement?.tagName === 'INPUT');
  await page.keyboard.type('typed');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('[role=log]')?.textContent.includes('typed'));
  const leave = await person.find('button', 'Leave');
  await leave.focus();
  await page.keyboard.press('Enter');
  await person.find('button', 'Rejoin');
  await person.close();
});
