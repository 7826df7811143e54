// What makes a page an app on a phone: installable, a lit screen, buttons on the lock screen, two cameras, one seat.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { Person } from '../lib/person.mjs';
import { until } from '../lib/server.mjs';
import { twoCameras } from '../lib/touch.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

test('the page can be installed, and its icons are what the manifest says', async () => {
  const person = await house.person('App', 'chromium');
  await person.page.goto(house.server.url, { waitUntil: 'load' });
  const devtools = await person.page.createCDPSession();
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // A context of its own is like a private window, which installs nothing; everything else must hold.
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), []);
  const { errors } = await devtools.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const response = await fetch(`${house.server.url}/manifest.webmanifest`);
  assert.equal(response.headers.get('content-type'), 'application/manifest+json');
  assert.equal(response.headers.get('cache-control'), 'no-cache');
  const { icons } = await response.json();
  for (const purpose of ['any', 'maskable']) assert.ok(icons.some((icon) => icon.purpose === purpose && icon.type === 'image/png'));
  for (const { src, sizes, type } of [...icons, { src: '/apple-touch-icon.png', sizes: '180x180', type: 'image/png' }]) {
    const icon = await fetch(house.server.url + src);
    assert.equal(icon.headers.get('content-type'), type, src);
    if (type !== 'image/png') continue;
    const bytes = new DataView(await icon.arrayBuffer());
    assert.equal(`${bytes.getUint32(16)}x${bytes.getUint32(20)}`, sizes, src); // of the IHDR chunk
  }
  await person.close();
});

/** Runs before the page's scripts: notes what it asks of the machine. */
function handset() {
  window.machine = { locks: 0, buttons: {}, title: '' };
  const sentinels = new Set();
  class Sentinel extends EventTarget {
    async release() {
      if (!sentinels.delete(this)) return;
      window.machine.locks--;
      this.dispatchEvent(new Event('release'));
    }
  }
  const request = async () => {
    const sentinel = new Sentinel();
    sentinels.add(sentinel);
    window.machine.locks++;
    return sentinel;
  };
  Object.defineProperty(navigator, 'wakeLock', { value: { request } });
  navigator.mediaSession.setActionHandler = (name, handler) => (window.machine.buttons[name] = handler);
  /** The page goes behind the lock screen, and comes back. */
  window.machine.look = (visible) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (visible ? 'visible' : 'hidden') });
    if (!visible) for (const sentinel of sentinels) void sentinel.release();
    document.dispatchEvent(new Event('visibilitychange'));
  };
}

for (const engine of names) {
  test(`the screen stays lit in a meeting, and the lock screen has its buttons (${engine})`, async () => {
    const person = await house.person('Lit', engine);
    const { page } = person;
    const locks = (count, what) => until(what, async () => (await page.evaluate(() => window.machine.locks)) === count);
    const press = (button) => page.evaluate((name) => window.machine.buttons[name](), button);
    const pressed = async (name) => (await person.find('button', name)).evaluate((node) => node.ariaPressed);
    await page.evaluateOnNewDocument(handset);
    const room = freshRoom();
    await person.arrive(house.server, room);
    await locks(0, 'dark in the lobby');
    await person.join(house.server, room);
    await locks(1, 'lit in the meeting');
    assert.equal(await page.evaluate(() => navigator.mediaSession.metadata.title), room);
    await page.evaluate(() => window.machine.look(false));
    await locks(0, 'the system takes the lock away with the page');
    await page.evaluate(() => window.machine.look(true));
    await locks(1, 'lit again');
    await press('togglemicrophone');
    await until('muted from the lock screen', async () => (await pressed('Microphone')) === 'false');
    await press('togglecamera');
    await until('dark from the lock screen', async () => (await pressed('Camera')) === 'false');
    await press('hangup');
    await person.find('button', 'Rejoin');
    await locks(0, 'dark after leaving');
    assert.equal(await page.evaluate(() => navigator.mediaSession.metadata), null);
    assert.deepEqual(await person.errors(), []);
    await person.close();
  });

  test(`a second tab warns of the first, and goes on in its seat (${engine})`, async () => {
    const room = freshRoom();
    const [ann, ben] = [await house.person('Ann', engine), await house.person('Ben', 'chromium')];
    await ben.join(house.server, room);
    await ann.join(house.server, room);
    await ben.find('group', 'Ann');
    const tab = await Person.at('Ann', engine, await ann.context.newPage());
    await tab.arrive(house.server, room);
    await tab.reads('in another tab');
    await tab.click('button', 'Go on here');
    await tab.find('toolbar', 'Meeting controls');
    await ann.page.bringToFront();
    await ann.find('button', 'Rejoin');
    await ann.reads('You went on in another tab');
    await tab.page.bringToFront();
    tab.joinedAt = Date.now();
    await tab.seesAndHears(1);
    const tiles = (person) => person.page.$$eval('[role=group][aria-label]', (all) => all.map((tile) => tile.ariaLabel).filter((name) => name === 'Ann').length);
    assert.equal(await tiles(ben), 1);
    assert.deepEqual(await tab.errors(), []);
    await Promise.all([ann.close(), ben.close()]);
  });
}

for (const engine of names) {
  test(`the camera turns round, and what it sees of the world is not mirrored (${engine})`, async () => {
    const person = await house.person('Tur', engine);
    const { page } = person;
    await page.evaluateOnNewDocument(twoCameras);
    await person.arrive(house.server, freshRoom());
    const mirrored = () => page.evaluate(() => getComputedStyle(document.querySelector('section video')).scale);
    const turn = await person.find('button', 'Turn the camera round');
    assert.equal(await mirrored(), '-1 1');
    await turn.evaluate((node) => node.click());
    await until('the world is not mirrored', async () => (await mirrored()) === 'none');
    await turn.evaluate((node) => node.click());
    await until('my face is', async () => (await mirrored()) === '-1 1');
    assert.deepEqual(await person.errors(), []);
    await person.close();
  });
}
