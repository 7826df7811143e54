// Everything on a phone, by finger: a whole meeting, sheets that are dragged and closed by the way back, the phone turned
// round, the keyboard. In Chromium, which can be told to be a phone, and in Firefox with a small window and a finger.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { crowd, knock } from '../lib/crowd.mjs';
import { change, makeRoom } from '../lib/host.mjs';
import { Raw } from '../lib/raw.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';
import { Finger, phones, touch, twoCameras } from '../lib/touch.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** Notes what does not fit here; a test ends with the notes of its fingers. */
async function fits(finger, where) {
  (finger.notes ??= []).push(...(await finger.misfits()).map((one) => `${where}: ${one}`));
}

const comfortable = (finger) => assert.deepEqual(finger.notes, []);

const pressed = (person, name, wanted) =>
  until(`${name} is ${wanted}`, async () => (await person.find('button', name)).evaluate((node, wanted) => node.ariaPressed === wanted, wanted));

/** Runs before the page's scripts: phones share no screens. */
const noScreens = () => delete MediaDevices.prototype.getDisplayMedia;

/** Waits until a sheet that is gone has let go of its step in the history, too. */
const letGo = (page) => until('no step is left', () => page.evaluate(() => history.state === null));

/** Into a meeting by finger. */
async function enter(finger, room) {
  await finger.page.goto(house.server.url, { waitUntil: 'load' });
  await fits(finger, 'Home');
  await finger.write('textbox', 'Room name', room);
  await finger.tap('button', 'Enter room');
  await finger.write('textbox', 'Your name', finger.person.name);
  await fits(finger, 'Lobby');
  await finger.tap('button', 'Join');
  await finger.person.find('toolbar', 'Meeting controls');
}

const journeys = [['chromium', 'a phone'], ['chromium', 'the smallest phone'], ['firefox', 'a phone']];

for (const [engine, name] of journeys) {
  test(`from Home through a meeting and out, by taps (${engine}, ${name})`, async () => {
    const size = phones[name];
    const room = freshRoom();
    const [tess, ben] = [await house.person('Tess', engine, { viewport: touch(size) }), await house.person('Ben', 'chromium')];
    const finger = new Finger(tess);
    const { page } = tess;
    await page.evaluateOnNewDocument(twoCameras);
    await page.evaluateOnNewDocument(noScreens);
    const more = async (entry) => {
      await finger.tap('button', 'More');
      await finger.tap('menuitem', entry);
    };
    await enter(finger, room);
    await ben.join(house.server, room);
    await tess.find('group', 'Ben');
    await fits(finger, 'Meeting');

    // The bar has what UI.md says, and nothing else.
    const bar = await page.$$eval('[role=toolbar] button', (all) => all.filter((one) => one.checkVisibility()).map((one) => one.ariaLabel));
    assert.deepEqual(bar, ['Microphone', 'Camera', 'Chat', 'More', 'Leave']);
    await finger.tap('button', 'Microphone');
    await pressed(tess, 'Microphone', 'false');
    await finger.tap('button', 'Microphone');
    await pressed(tess, 'Microphone', 'true');

    // Menus are sheets: the way back closes them, and a finger draws them away, but not by an inch.
    await finger.tap('button', 'More');
    await page.waitForSelector('[role=menu]');
    await fits(finger, 'More');
    assert.ok(!(await tess.sees('menuitem', 'Share screen')), 'phones share no screens, and are offered none');
    await finger.back();
    await finger.gone('[role=menu]', 'the way back closes the menu');
    await finger.tap('button', 'More');
    const grip = await finger.place('[role=menu] .grip');
    await finger.drag(grip.x + grip.width / 2, grip.y + grip.height / 2, 300);
    await finger.gone('[role=menu]', 'a drag closes the menu');

    await more('Applause');
    await ben.page.waitForSelector('.emoji');
    await more('Raise hand');
    await ben.page.waitForSelector('.tile[aria-label=Tess] .hand');
    await more('Turn the camera round');
    await until('the world is not mirrored', () => page.$eval('.tile[aria-label=Tess]', (tile) => !tile.classList.contains('mirrored')));

    await more('People');
    await page.waitForSelector('aside.sheet');
    await fits(finger, 'People');
    await finger.back();
    await finger.gone('aside.sheet', 'the way back closes the people');
    assert.ok(await tess.sees('toolbar', 'Meeting controls'), 'and leaves nobody out of the meeting');

    await more('Full screen');
    await until('the page has all of the glass', () => page.evaluate(() => document.fullscreenElement !== null));
    // A headless Firefox has the glass of a desktop then, and the entry is in another menu.
    await (engine === 'firefox' ? page.keyboard.press('f') : more('Full screen'));
    await until('and gives it back', () => page.evaluate(() => document.fullscreenElement === null));

    await more('Settings');
    await page.waitForSelector('dialog[open]');
    for (const tab of await page.$$('dialog [role=tab]')) {
      await tab.tap();
      await fits(finger, `Settings, ${await tab.evaluate((node) => node.textContent)}`);
    }
    const header = await finger.place('dialog header');
    await finger.drag(header.x + header.width / 3, header.y + header.height / 2, 400);
    await finger.gone('dialog[open]', 'a drag closes the settings');

    await more('Statistics for nerds');
    await page.waitForSelector('section table');
    await finger.back();
    await finger.gone('section table', 'the way back closes the statistics');
    assert.ok(await tess.sees('toolbar', 'Meeting controls'), 'and leaves nobody out of the meeting');

    // The phone is turned round and back: nothing is lost, and the chat has room on both.
    await finger.tap('button', 'Chat');
    await finger.tap('button', 'Chat options');
    await page.waitForSelector('[aria-label="Chat options"]:not(button)');
    await finger.back();
    await finger.gone('[aria-label="Chat options"]:not(button)', 'the way back closes the options of the chat');
    assert.ok(await page.$('aside.sheet'), 'and not the chat');
    await finger.write('textbox', 'Message', 'by thumb');
    await fits(finger, 'Chat');
    await page.setViewport(touch({ width: size.height, height: size.width }));
    await fits(finger, 'Chat, lying');
    assert.equal(await page.$eval('textarea', (field) => field.value), 'by thumb');
    await page.setViewport(touch(size));
    await finger.tap('button', 'Send');
    await ben.click('button', 'Chat');
    await ben.reads('by thumb');
    await finger.tap('button', 'Close');
    await finger.gone('aside.sheet', 'the chat is closed');

    await finger.tap('button', 'Chat');
    await page.waitForSelector('aside.sheet');
    await finger.tap('button', 'Leave');
    await tess.find('button', 'Rejoin');
    await letGo(page);
    assert.ok(await tess.sees('button', 'Rejoin'), 'an open sheet leads nobody back into the lobby');
    await fits(finger, 'Left');
    await finger.back(); // nothing is left open: this is the way Home
    await tess.find('textbox', 'Room name');
    comfortable(finger);
    assert.deepEqual(await tess.errors(), []);
    await Promise.all([tess.close(), ben.close()]);
  });
}

for (const engine of names) {
  test(`who looks at the people when a host ends the meeting reads that it has ended (${engine})`, async () => {
    const made = await makeRoom(house.server, freshRoom(), { lobby: false });
    const tess = await house.person('Tess', engine, { viewport: touch(phones['a phone']) });
    const finger = new Finger(tess);
    await enter(finger, made.room);
    await finger.tap('button', 'More');
    await finger.tap('menuitem', 'People');
    await tess.page.waitForSelector('aside.sheet');
    await (await Raw.join(await Raw.page(house), made.room, 'Hana', { link: made.key })).ask('end', {});
    await tess.reads('The meeting has ended');
    await letGo(tess.page);
    assert.ok(await tess.sees('button', 'Rejoin'), 'it stays to be read');
    assert.deepEqual(await tess.errors(), []);
    await tess.close();
  });

  test(`a lying phone has the bar, the chat and the menu in sight (${engine})`, async () => {
    const tess = await house.person('Tess', engine, { viewport: touch({ width: 740, height: 360 }) });
    const finger = new Finger(tess);
    await enter(finger, freshRoom());
    await fits(finger, 'Meeting');
    const inSight = async (selector) => {
      await finger.place(selector);
      await fits(finger, selector);
      const { x, y, width, height } = await finger.place(selector);
      assert.ok(x >= 0 && y >= 0 && x + width <= 740 && y + height <= 360, `${selector} at ${x},${y} is ${width}×${height}`);
    };
    await inSight('[role=toolbar]');
    await finger.tap('button', 'Chat');
    await inSight('textarea');
    await finger.back();
    await finger.gone('aside.sheet', 'the way back closes the chat');
    await finger.tap('button', 'More');
    await inSight('[role=menu]');
    comfortable(finger);
    assert.deepEqual(await tess.errors(), []);
    await tess.close();
  });
}

for (const language of ['en', 'ko']) {
  test(`all that hosts can open fits the smallest phone (${language})`, async () => {
    const made = await makeRoom(house.server, freshRoom(), { passcode: 'blue otter', lobby: false });
    const hana = await house.person('Hana', 'chromium', { language, viewport: touch(phones['the smallest phone']) });
    const finger = new Finger(hana);
    const { page } = hana;
    const shown = (selector) => page.waitForSelector(selector);
    const press = async (selector) => (await shown(selector)).evaluate((one) => one.click());
    await page.goto(`${house.server.url}/r/${made.room}#k=${made.key}`, { waitUntil: 'load' });
    await (await shown('#name')).type('Hana');
    await fits(finger, 'Lobby');
    await press('form button[type=submit]');
    await shown('[role=toolbar]');
    await fits(finger, 'alone, with the invitation');
    const guests = await crowd(house.server, made.room, ['Robin with forty letters, which are most'], 'blue otter');
    await change(house.server, made, { lobby: true });
    const leave = await knock(house.server, made.room, ['Zoe', 'Gustav von und zu Hohenlohe-Langenburg'], 'blue otter');
    await shown('.top button');
    await fits(finger, 'somebody at the door');

    const more = async (at) => {
      await page.evaluate(() => dispatchEvent(new PointerEvent('pointerdown'))); // the bar comes back
      await page.$$eval('[role=toolbar] [aria-haspopup=menu]', (all) => all.filter((one) => one.checkVisibility()).at(0).click());
      await shown('[role=menu]');
      const entries = await page.$$('[role=menu] [role^=menuitem]');
      const inSight = [];
      for (const entry of entries) if (await entry.evaluate((one) => one.checkVisibility())) inSight.push(entry);
      const label = await inSight.at(at).evaluate((one) => (one.click(), one.innerText));
      return label;
    };
    for (const at of [-1, -2, -3, -5, -6]) { // shortcuts, settings, statistics, host controls, timer
      const label = await more(at);
      await page.waitForFunction(() => document.querySelector('dialog[open], .stage table'));
      const tabs = await page.$$('dialog [role=tab]');
      for (const tab of tabs.length > 0 ? tabs : [null]) {
        await tab?.evaluate((one) => one.click());
        await fits(finger, `${label} ${(await tab?.evaluate((one) => one.textContent)) ?? ''}`);
      }
      const close = (await page.$('dialog header button')) ?? (await page.$('.stage section header button'));
      await close.evaluate((one) => one.click());
      await page.waitForFunction(() => !document.querySelector('dialog[open], .stage table'));
    }
    await more(9); // people, below the reactions and the hand
    await shown('aside section li');
    await fits(finger, 'people who wait');
    await page.setViewport(touch({ width: 568, height: 320 }));
    await fits(finger, 'people who wait, lying');
    assert.ok((await page.$eval('aside .list', (list) => list.clientHeight)) > 100, 'who is inside is seen on a lying phone too');
    await page.setViewport(touch(phones['the smallest phone']));
    await press('aside section li .admit');
    await shown('aside li [aria-haspopup=menu]');
    await fits(finger, 'people');
    await press('aside li [aria-haspopup=menu]');
    await shown('[role=menu]');
    await fits(finger, 'what to do with somebody');
    await page.$$eval('[role=menu] [role=menuitem]', (all) => all.at(-2).click());
    await shown('dialog[open]');
    await fits(finger, 'removing somebody');
    await press('dialog header button');
    await press('aside header button:last-child');
    await page.evaluate(() => dispatchEvent(new PointerEvent('pointerdown')));
    await page.$$eval('[role=toolbar] [aria-haspopup=menu]', (all) => all.filter((one) => one.checkVisibility()).at(-1).click());
    await shown('[role=menu]');
    await fits(finger, 'leaving, or ending it for all');
    await page.$$eval('[role=menu] [role=menuitem]', (all) => all.at(-1).click());
    await shown('dialog[open]');
    await fits(finger, 'ending it for all');
    await page.$$eval('dialog[open] button', (all) => all.at(-1).click());
    await shown('main h1');
    await page.waitForFunction(() => !document.querySelector('[role=toolbar]'));
    await fits(finger, 'the end');
    leave();
    guests.leave();
    await page.goto(house.server.url, { waitUntil: 'load' });
    const mine = 'section[aria-labelledby=my-rooms]';
    await shown(`${mine} li`);
    await fits(finger, 'Home with rooms');
    await press(`${mine} header button`);
    await shown('dialog #room-name');
    await fits(finger, 'making a room');
    await press('dialog header button');
    await press(`${mine} li button:last-child`);
    await shown('dialog #room-passcode');
    await fits(finger, 'a room of mine');
    comfortable(finger);
    assert.deepEqual(await hana.errors(), []);
    await hana.close();
  });
}

/** Runs before the page's scripts: a keyboard that is laid over the page, as iPhones have it. */
function overlaidKeyboard() {
  const viewport = Object.assign(new EventTarget(), { scale: 1, offsetTop: 0, height: innerHeight });
  Object.defineProperty(window, 'visualViewport', { value: viewport });
  window.keyboard = (height) => {
    viewport.height = document.documentElement.clientHeight - height;
    viewport.dispatchEvent(new Event('resize'));
  };
}

test('the keyboard does not cover the message that is being written', async () => {
  const tess = await house.person('Tess', 'chromium', { viewport: touch(phones['a phone']) });
  const finger = new Finger(tess);
  await tess.page.evaluateOnNewDocument(overlaidKeyboard);
  await enter(finger, freshRoom());
  await finger.tap('button', 'Chat');
  await finger.tap('textbox', 'Message');
  await tess.page.evaluate(() => window.keyboard(300));
  const { y, height } = await finger.place('textarea');
  assert.ok(y + height <= 740 - 300, `the field ends at ${y + height}`);
  await tess.page.evaluate(() => window.keyboard(0));
  const after = await finger.place('textarea');
  assert.ok(after.y > y, 'the room comes back with the keyboard gone');
  await tess.close();
});

for (const engine of names) {
  test(`at 200 % and at 400 % of a desktop window nothing is lost sideways (${engine})`, async () => {
    const tess = await house.person('Tess', engine, { viewport: { width: 640, height: 400 } }); // 1280 at 200 %
    const finger = new Finger(tess);
    const { page } = tess;
    const edges = async (where) => {
      for (const width of [640, 320]) { // at 400 %: WCAG 1.4.10
        await page.setViewport({ width, height: width === 320 ? 568 : 400 });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const wide = (await finger.misfits()).filter((one) => /edge|wide/.test(one));
        assert.deepEqual(wide, [], `${where}, ${width} wide`);
      }
    };
    const press = (selector, at = 0) => page.$$eval(selector, (all, at) => all.filter((one) => one.checkVisibility()).at(at).click(), at);
    await page.goto(house.server.url, { waitUntil: 'load' });
    await page.waitForSelector('main h1');
    await edges('Home');
    await page.goto(`${house.server.url}/r/${freshRoom()}`, { waitUntil: 'load' });
    await page.waitForSelector('#name');
    await edges('Lobby');
    await page.type('#name', 'Tess');
    await press('form button[type=submit]');
    await page.waitForSelector('[role=toolbar]');
    await edges('Meeting');
    await page.keyboard.press('c');
    await page.waitForSelector('aside textarea');
    await edges('Chat');
    await press('aside header button', -1);
    await page.keyboard.press('p');
    await page.waitForSelector('aside li');
    await edges('People');
    await press('aside header button', -1);
    await press('[role=toolbar] [aria-label=More]');
    await page.waitForSelector('[role=menu]');
    await edges('More');
    await press('[role=menu] [role=menuitem]', -2);
    await page.waitForSelector('dialog[open]');
    await edges('Settings');
    assert.deepEqual(await tess.errors(), []);
    await tess.close();
  });
}
