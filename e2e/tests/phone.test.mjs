// Everything on a phone, by finger: a whole meeting, sheets that are dragged and closed by the way back, the keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshRoom, House } from '../lib/room.mjs';
import { Finger, phones, touch } from '../lib/touch.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

async function fits(finger, where) {
  await new Promise((resolve) => setTimeout(resolve, 300)); // sheets rise for 200 ms
  assert.deepEqual(await finger.misfits(), [], where);
}

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

const inMeeting = (finger) => finger.page.evaluate(() => document.querySelector('[role=toolbar]') !== null);

for (const [name, size] of Object.entries(phones)) {
  test(`from Home through a meeting and out, by taps (${name})`, async () => {
    const room = freshRoom();
    const [tess, ben] = [await house.person('Tess', 'chromium', { viewport: touch(size) }), await house.person('Ben', 'chromium')];
    const finger = new Finger(tess);
    const { page } = tess;
    await enter(finger, room);
    await ben.join(house.server, room);
    await tess.find('group', 'Ben');
    await fits(finger, 'Meeting');
    await finger.tap('button', 'Microphone');
    await until('muted', async () => (await tess.find('button', 'Microphone')).evaluate((node) => node.ariaPressed === 'false'));
    await finger.tap('button', 'Microphone');

    // The bar has what UI.md says, and nothing else.
    const bar = await page.$$eval('[role=toolbar] button', (all) => all.filter((one) => one.checkVisibility()).map((one) => one.ariaLabel));
    assert.deepEqual(bar, ['Microphone', 'Camera', 'Chat', 'More', 'Leave']);

    await finger.tap('button', 'More');
    await page.waitForSelector('[role=menu]');
    await fits(finger, 'More');
    await finger.back();
    await finger.gone('[role=menu]', 'the way back closes the menu');
    await finger.tap('button', 'More');
    const grip = await finger.place('[role=menu] .grip');
    await finger.drag(grip.x + grip.width / 2, grip.y + grip.height / 2, 300);
    await finger.gone('[role=menu]', 'a drag closes the menu');

    await finger.tap('button', 'More');
    await finger.tap('menuitem', 'People');
    await tess.find('searchbox', 'Search people');
    await fits(finger, 'People');
    await finger.back();
    await finger.gone('aside', 'the way back closes the people');
    assert.ok(await inMeeting(finger), 'and leaves nobody out of the meeting');

    await finger.tap('button', 'More');
    await finger.tap('menuitem', 'Settings');
    await page.waitForSelector('dialog[open]');
    for (const tab of await page.$$('dialog [role=tab]')) {
      await tab.tap();
      await fits(finger, `Settings, ${await tab.evaluate((node) => node.textContent)}`);
    }
    const header = await finger.place('dialog header');
    await finger.drag(header.x + header.width / 3, header.y + header.height / 2, 400);
    await finger.gone('dialog[open]', 'a drag closes the settings');

    await finger.tap('button', 'Chat');
    await finger.write('textbox', 'Message', 'by thumb');
    await fits(finger, 'Chat');
    await finger.tap('button', 'Send');
    await ben.click('button', 'Chat');
    await ben.reads('by thumb');
    await finger.tap('button', 'Close');
    await finger.gone('aside', 'the chat is closed');

    await finger.tap('button', 'Leave');
    await tess.find('button', 'Rejoin');
    await fits(finger, 'Left');
    await finger.back(); // nothing is left open: this is the way Home
    await tess.find('textbox', 'Room name');
    assert.deepEqual(await tess.errors(), []);
    await Promise.all([tess.close(), ben.close()]);
  });
}

test('a lying phone has the bar, the chat and the settings in sight', async () => {
  const tess = await house.person('Tess', 'chromium', { viewport: touch({ width: 740, height: 360 }) });
  const finger = new Finger(tess);
  await enter(finger, freshRoom());
  await fits(finger, 'Meeting');
  const inSight = async (selector) => {
    const { x, y, width, height } = await finger.place(selector);
    assert.ok(x >= 0 && y >= 0 && x + width <= 740 && y + height <= 360, `${selector} at ${x},${y} is ${width}×${height}`);
  };
  await inSight('[role=toolbar]');
  await finger.tap('button', 'Chat');
  await inSight('textarea');
  await fits(finger, 'Chat');
  await finger.back();
  await finger.gone('aside', 'the way back closes the chat');
  await finger.tap('button', 'More');
  await inSight('[role=menu]');
  await fits(finger, 'More');
  assert.deepEqual(await tess.errors(), []);
  await tess.close();
});

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

test('a small window of Firefox fits as well', async () => {
  const tess = await house.person('Tess', 'firefox', { viewport: phones['the smallest phone'] });
  const finger = new Finger(tess);
  const { page } = tess;
  const edges = async (where) => {
    const wide = (await finger.misfits()).filter((one) => /edge|wide/.test(one));
    assert.deepEqual(wide, [], where);
  };
  await page.goto(house.server.url, { waitUntil: 'load' });
  await edges('Home');
  await tess.join(house.server, freshRoom());
  await edges('Meeting');
  await tess.click('button', 'Chat');
  await tess.find('textbox', 'Message');
  await edges('Chat');
  await tess.click('button', 'Close');
  await tess.click('button', 'More');
  await edges('More');
  await tess.click('menuitem', 'Settings');
  await page.waitForSelector('dialog[open]');
  await edges('Settings');
  assert.deepEqual(await tess.errors(), []);
  await tess.close();
});
