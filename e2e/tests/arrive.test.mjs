// How people arrive, and come back: refused devices, odd addresses, leaving and rejoining, the history.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** From now on the browser answers this to whoever asks for a camera or a microphone; `null`: as before. */
function refuse(error) {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  window.answerWith = (name) => (error = name);
  devices.getUserMedia = async (wanted) => {
    if (error) throw new DOMException('', error);
    return native(wanted);
  };
}

/** A device's button in the meeting: whether it is on. */
const on = (person, name) => person.find('button', name).then((button) => button.evaluate((node) => node.ariaPressed === 'true'));
const tiles = (person, name) =>
  person.page.$$eval('[role=group][aria-label]', (all, wanted) => all.filter((tile) => tile.ariaLabel === wanted).length, name);

for (const engine of names) {
  test(`who is refused camera and microphone is told, joins, and is heard once they are allowed (${engine})`, async () => {
    const room = freshRoom();
    const [dora, emil] = [await house.person('Dora', engine), await house.person('Emil', 'chromium')];
    await dora.page.evaluateOnNewDocument(refuse, 'NotAllowedError');
    await dora.arrive(house.server, room);
    await dora.reads('Noom may not use your microphone');
    await dora.reads('Noom may not use your camera');
    await dora.join(house.server, room);
    await emil.join(house.server, room);
    assert.deepEqual([await on(dora, 'Microphone'), await on(dora, 'Camera')], [false, false], 'nothing looks as if it were on');
    await dora.click('button', 'Microphone');
    await dora.reads('Noom may not use your microphone');
    await dora.page.evaluate(() => window.answerWith(null));
    await dora.click('button', 'Microphone');
    await dora.click('button', 'Camera');
    await until('both are on', async () => (await on(dora, 'Microphone')) && (await on(dora, 'Camera')));
    await emil.seesAndHears(1);
    assert.deepEqual(await dora.errors(), []);
    await Promise.all([dora.close(), emil.close()]);
  });

  test(`who has no devices at all joins, and is there for the others (${engine})`, async () => {
    const room = freshRoom();
    const [nora, emil] = [await house.person('Nora', engine), await house.person('Emil', 'chromium')];
    await nora.page.evaluateOnNewDocument(refuse, 'NotFoundError');
    await nora.page.evaluateOnNewDocument(() => (navigator.mediaDevices.enumerateDevices = async () => []));
    await nora.arrive(house.server, room);
    await nora.reads('No microphone found');
    await nora.join(house.server, room);
    await emil.join(house.server, room);
    await nora.seesAndHears(1);
    await emil.find('group', 'Nora');
    assert.deepEqual(await nora.errors(), []);
    await Promise.all([nora.close(), emil.close()]);
  });

  test(`a name that was copied comes in without its mark of direction, and one that nobody sees not at all (${engine})`, async () => {
    const room = freshRoom();
    const yossi = await house.person('Yossi', engine);
    await yossi.arrive(house.server, room);
    await yossi.fill('textbox', 'Your name', '\u200b');
    await yossi.click('button', 'Join');
    assert.match(await yossi.page.$eval('#name', (field) => field.validationMessage), /of which one can be seen/);
    await yossi.fill('textbox', 'Your name', '\u200eYossi');
    await yossi.click('button', 'Join');
    await until('Yossi is in', async () => (await tiles(yossi, 'Yossi')) === 1);
    await yossi.page.goto(`${house.server.url}/r/${freshRoom()}`, { waitUntil: 'load' });
    await yossi.find('button', 'Join'); // no room is shut to this browser
    assert.equal(await yossi.page.$eval('#name', (field) => field.value), 'Yossi');
    assert.deepEqual(await yossi.errors(), []);
    await yossi.close();
  });

  test(`leaving and rejoining, and the way back and forth, leave one tile each (${engine})`, async () => {
    const room = freshRoom();
    const [ann, ben] = [await house.person('Ann', engine), await house.person('Ben', 'chromium')];
    await ben.join(house.server, room);
    await ann.page.goto(house.server.url, { waitUntil: 'load' });
    await ann.fill('textbox', 'Room name', `${house.server.url}/r/${room}`); // pasted from an invitation
    await ann.click('button', 'Enter room');
    await ann.fill('textbox', 'Your name', 'Ann');
    await ann.click('button', 'Join');
    await ann.find('toolbar', 'Meeting controls');

    await ann.leave();
    await until('Ann is gone', async () => (await tiles(ben, 'Ann')) === 0);
    await ann.click('button', 'Rejoin');
    await ann.find('toolbar', 'Meeting controls');
    for (const [person, other] of [[ann, 'Ben'], [ben, 'Ann']]) {
      await until(`${person.name} sees ${other} again`, async () => (await person.pictures()).some(({ name }) => name === other));
    }
    assert.equal(await tiles(ben, 'Ann'), 1);

    await ann.page.evaluate(() => history.back());
    await ann.find('textbox', 'Room name');
    await until('Ann is gone', async () => (await tiles(ben, 'Ann')) === 0);
    await ann.page.evaluate(() => history.forward());
    await ann.find('button', 'Join');
    assert.deepEqual(await ann.errors(), []);
    await Promise.all([ann.close(), ben.close()]);
  });
}

test('odd addresses lead into the room they mean, or home with a word why', async () => {
  const person = await house.person('Odd', 'chromium');
  const go = async (path) => {
    await person.page.goto(house.server.url + path, { waitUntil: 'load' });
    await person.page.waitForSelector('#name, #room');
    return person.page.evaluate(() => decodeURI(location.pathname));
  };
  for (const [path, room] of [
    ['/r/My%20Room', '/r/my-room'],
    ['/r/ROOM/', '/r/room'],
    [`/r/${encodeURIComponent('한글방'.normalize('NFD'))}`, '/r/한글방'],
    [`/r/${'x'.repeat(64)}`, `/r/${'x'.repeat(64)}`],
  ]) {
    assert.equal(await go(path), room);
  }
  for (const path of ['/r/a/b', '/r/a%2Fb', `/r/${'x'.repeat(65)}`, '/r/%F0%9F%8E%89', '/r/%20', '/r/%F0%9F']) {
    assert.equal(await go(path), '/', path);
    await person.reads('This room name does not work.');
  }
  for (const path of ['/r/', '/r', '/nowhere']) assert.equal(await go(path), '/', path);
  await person.close();
});
