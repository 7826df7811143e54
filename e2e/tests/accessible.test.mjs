// Every screen, and all that opens on it, at a desk and on a phone, in both languages and themes: axe finds nothing.
// Rooms of one's own, hosts' dialogs and the door are held to axe in hosts-accessible, a chat with everything in chat-ways.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, Inspector } from '../lib/axe.mjs';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const shown = (page, selector) => page.waitForSelector(selector);
const gone = (page, selector) => page.waitForFunction((one) => !document.querySelector(one), { polling: 50 }, selector);
const press = async (page, selector) => (await shown(page, selector)).evaluate((button) => button.click());
const name = (page) => shown(page, 'form input#name');

/** Somebody with an inspector. */
async function sit(who, language) {
  const person = await house.person(who, 'chromium', { language, viewport: null });
  const eye = await Inspector.of(person);
  return { person, page: person.page, found: eye.found, clean: (where, part) => eye.look(`${who}: ${where}`, part) };
}

/** What every page says of itself. */
async function introduces(page, language, titles) {
  const { title, lang, headings, mains } = await page.evaluate(() => ({
    title: document.title,
    lang: document.documentElement.lang,
    headings: [...document.querySelectorAll('h1')].length,
    mains: document.querySelectorAll('main').length,
  }));
  assert.ok(title.length > 4 && !titles.has(title), `a title of its own: ${title}`);
  titles.add(title);
  assert.deepEqual({ lang, headings, mains }, { lang: language, headings: 1, mains: 1 }, title);
}

async function join(page, who) {
  await (await name(page)).evaluate((field) => (field.focus(), field.select()));
  await page.keyboard.type(who);
  await page.$eval('form button[type=submit]', (button) => button.click());
}

/** Every menu of the toolbar. */
async function menus({ page, clean }) {
  const count = (await page.$$('[role=toolbar] [aria-haspopup=menu]')).length;
  assert.ok(count >= 5, `${count} menus`);
  for (let at = 0; at < count; at++) {
    const button = (await page.$$('[role=toolbar] [aria-haspopup=menu]'))[at];
    const label = await button.evaluate((node) => (node.click(), node.ariaLabel));
    await shown(page, '[role=menu]');
    await clean(`the menu “${label}”`, '[role=menu]');
    await page.keyboard.press('Escape');
    await gone(page, '[role=menu]');
  }
}

/** Opens the last menu but one, which has the rest, and chooses the entry at this place. */
async function more(page, at) {
  await page.$$eval('[role=toolbar] [aria-haspopup=menu]', (all) => all.at(all.length > 5 ? -2 : -1).click());
  await shown(page, '[role=menu]');
  await page.$$eval('[role=menu] [role=menuitem]', (all, at) => all.at(at).click(), at);
  await gone(page, '[role=menu]');
}

/** The dialogs that the menu leads to, from its end; a host has more of them. */
async function dialogs({ page, clean }) {
  for (const at of [-1, -2, -5, -6]) {
    await more(page, at);
    const title = await (await shown(page, 'dialog[open] h2')).evaluate((node) => node.textContent);
    const tabs = await page.$$('dialog [role=tab]');
    for (const tab of tabs.length > 0 ? tabs : [null]) {
      const label = await tab?.evaluate((node) => (node.click(), node.textContent.trim()));
      await clean([title, label].filter(Boolean).join(', '), 'dialog[open]');
    }
    if (await page.$('dialog #timer-minutes')) await page.$eval('dialog button[type=submit]', (button) => button.click());
    else await page.keyboard.press('Escape');
    await gone(page, 'dialog[open]');
  }
}

for (const language of ['en', 'ko']) {
  test(`no screen has findings of axe, and nothing that opens on one (${language})`, async (t) => {
    const titles = new Set();
    const [host, guest] = [await sit('Kim', language), await sit('Gast', language)];
    const { page, clean } = host;

    try {
      await page.goto(house.server.url, { waitUntil: 'load' });
      await introduces(page, language, titles);
      await page.type('#room', '///');
      await page.keyboard.press('Enter');
      await shown(page, '#room-wrong');
      await clean('Home with a name that no room has');
      await press(page, '.do > button'); // a room of my own: I am its host
      await name(page);
      await introduces(page, language, titles);
      await clean('Lobby');
      await join(page, 'Kim');
      await shown(page, '[role=toolbar]');
      await clean('a meeting alone');

      // A guest whose camera and microphone are refused, who is refused, asks again and is let in.
      await guest.page.evaluateOnNewDocument(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
      });
      const door = await page.evaluate(() => location.origin + location.pathname);
      await guest.page.goto(door, { waitUntil: 'load' });
      await name(guest.page);
      await guest.page.waitForFunction(() => document.querySelector('.mirror')?.children.length > 1);
      await guest.clean('a lobby without devices');
      await join(guest.page, 'Gast');
      await gone(guest.page, 'form');
      await guest.clean('Waiting');
      await page.keyboard.press('p');
      await shown(page, 'aside section li');
      await clean('people, and one who waits', 'aside.sheet');
      await press(page, 'aside section li button:not(.admit)');
      await guest.page.waitForFunction(() => document.querySelectorAll('main button').length === 2);
      await introduces(guest.page, language, titles);
      await guest.clean('Left, refused');
      await press(guest.page, 'main button');
      await press(page, 'aside section li .admit');
      await shown(guest.page, '[role=toolbar]');
      await page.waitForFunction(() => document.querySelectorAll('[role=group][aria-describedby]').length === 2);
      await introduces(page, language, titles);

      // Signals: a hand, a question of the host, a lock, a notice.
      await guest.page.keyboard.press('h');
      await page.waitForFunction(() => document.querySelector('.stage .hand'));
      await press(page, 'aside footer button:nth-child(2)'); // lock
      await more(page, -4); // copies the link, or says that it cannot
      await shown(page, '.notices p');
      await clean('people with a hand, and a notice');
      await press(page, 'aside li [aria-haspopup=menu]');
      await shown(page, '[role=menu]');
      await clean('what to do with somebody', '[role=menu]');
      await page.$$eval('[role=menu] [role=menuitem]', (items) => items.at(1).click()); // below the hand: asks for the microphone
      await shown(guest.page, '.bottom [role=alert] button');
      await guest.clean("a guest's meeting, and a question");
      await page.keyboard.press('p');
      await gone(page, 'aside.sheet');

      await menus(host);
      await dialogs(host);
      await page.waitForFunction(() => document.querySelector('.stage [role=timer], .stage time, .top p'));
      await clean('a meeting with a timer, locked');
      await more(page, -3);
      await shown(page, '.stage table');
      await clean('statistics', '.stage');
      await press(page, '.stage section[aria-labelledby] header button');
      await page.keyboard.press('l');
      await clean('who speaks is large', '.stage');

      await page.keyboard.press('c');
      await shown(page, '[role=log]');
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await page.keyboard.type('**bold** https://example.org');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelector('[role=log]').textContent.includes('bold'));
      await press(page, 'aside.sheet header button');
      await clean('chat and its options', 'aside.sheet');
      await press(page, 'aside.sheet header button:last-child');
      await gone(page, 'aside.sheet');

      // The ends: somebody is removed, then the meeting is over.
      await page.keyboard.press('p');
      await press(page, 'aside li [aria-haspopup=menu]');
      await shown(page, '[role=menu]');
      await page.$$eval('[role=menu] [role=menuitem]', (all) => all.at(-2).click()); // remove, which asks
      await clean('removing somebody', 'dialog[open]');
      await page.$$eval('dialog[open] button', (all) => all.at(-1).click());
      await gone(guest.page, '[role=toolbar]');
      await guest.clean('Left, removed');
      await page.waitForFunction(() => document.querySelectorAll('[role=group][aria-describedby]').length === 1);
      await page.$$eval('[role=toolbar] button', (all) => all.at(-1).click());
      await gone(page, '[role=toolbar]');
      await introduces(page, language, titles);
      await clean('Left');
      // Nobody sends captions, so there is no place for any.
      assert.equal(await page.$('.captions'), null);
    } finally {
      for (const one of [...host.found, ...guest.found]) t.diagnostic(one); // whatever else went wrong
    }
    assert.deepEqual([...host.found, ...guest.found], []);
    await host.person.close();
    await guest.person.close();
  });
}

test('axe finds nothing in Firefox either: Home, Lobby, Meeting, More, Settings, Chat, Left', async () => {
  const person = await house.person('Kim', 'firefox');
  const { page } = person;
  const clean = async (where, part) => assert.deepEqual(await findings(page, part), [], where);
  await page.goto(house.server.url, { waitUntil: 'load' });
  await shown(page, 'main h1');
  await clean('Home');
  await person.arrive(house.server, freshRoom());
  await clean('Lobby');
  await join(page, 'Kim');
  await shown(page, '[role=toolbar]');
  await clean('Meeting');
  await page.$$eval('[role=toolbar] [aria-haspopup=menu]', (all) => all.at(-1).click());
  await shown(page, '[role=menu]');
  await clean('More', '[role=menu]');
  await page.$$eval('[role=menu] [role=menuitem]', (all) => all.at(-2).click());
  await shown(page, 'dialog[open]');
  await clean('Settings', 'dialog[open]');
  await page.keyboard.press('Escape');
  await gone(page, 'dialog[open]');
  await page.keyboard.press('c');
  await shown(page, '[role=log]');
  await clean('Chat', 'aside.sheet');
  await page.$$eval('[role=toolbar] button', (all) => all.at(-1).click());
  await gone(page, '[role=toolbar]');
  await clean('Left');
  await person.close();
});
