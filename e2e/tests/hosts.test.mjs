// Hosts: rooms are made, guests wait, are let in or turned away, and hosts run the meeting.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { act, arriveWith, enterWith, makeLink, makeRoom, people, press, ring } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const pressed = (person, name) => person.page.$eval(`[role=toolbar] button[aria-label="${name}"]`, (button) => button.ariaPressed);
const barred = (person, name) =>
  person.page.$eval(`[role=toolbar] button[aria-label="${name}"]`, (button) => button.getAttribute('aria-disabled') === 'true');
/** A host and a guest inside a room that lets everybody in. */
async function pair(engines, settings = {}) {
  const made = await makeRoom(house.server, freshRoom(), { lobby: false, ...settings });
  const hana = await house.person('Hana', engines[0]);
  const gus = await house.person('Gus', engines[1]);
  await enterWith(hana, house.server, made);
  await gus.join(house.server, made.room);
  return { made, hana, gus, close: () => Promise.all([hana.close(), gus.close()]) };
}

for (const [engine, other] of [names, [...names].reverse()]) {
  test(`a host makes a room in ${engine}; guests wait, one comes in, one is turned away`, async () => {
    const hana = await house.person('Hana', engine);
    await hana.page.goto(house.server.url, { waitUntil: 'load' });
    await press(hana, 'New meeting');
    await hana.reads('You are the host of this room');
    const address = await hana.page.evaluate(() => location.href);
    assert.match(address, /\/r\/[a-z]{5}-[a-z]{5}-[a-z]{5}-[a-z]{5}$/);
    await ring(hana);
    await hana.find('toolbar', 'Meeting controls');

    const gus = await house.person('Gus', other);
    await gus.page.goto(address, { waitUntil: 'load' });
    await gus.find('button', 'Ask to join');
    await ring(gus);
    await gus.reads('You asked to come in');
    await hana.reads('Gus wants to come in');
    await press(hana, 'Let in');
    await gus.find('toolbar', 'Meeting controls');
    assert.equal(await hana.page.evaluate(() => document.body.innerText.includes('wants to come in')), false);

    const zoe = await house.person('Zoe', other);
    await zoe.page.goto(address, { waitUntil: 'load' });
    await ring(zoe);
    await zoe.reads('You asked to come in');
    await people(hana);
    await press(hana, 'Turn Zoe away');
    await zoe.reads('You were not let in');
    await press(zoe, 'Ask again');
    await zoe.reads('You were not let in a moment ago. You can ask again in');
    assert.equal(await zoe.page.$eval('form button[type=submit]', (button) => button.disabled), true);
    for (const person of [hana, gus, zoe]) assert.deepEqual(await person.errors(), []);
    await Promise.all([hana, gus, zoe].map((person) => person.close()));
  });

  test(`mute and ask: what a host turns off in ${engine} only its owner turns on in ${other}`, async () => {
    const { hana, gus, close } = await pair([engine, other]);
    assert.equal(await pressed(gus, 'Microphone'), 'true');
    await act(hana, 'Gus', 'Mute');
    await gus.reads('Hana muted you.');
    assert.equal(await pressed(gus, 'Microphone'), 'false');
    await act(hana, 'Gus', 'Ask to unmute');
    await gus.reads('Hana asks you to unmute');
    assert.equal(await pressed(gus, 'Microphone'), 'false');
    await press(gus, 'Unmute');
    await until('Gus is heard again', async () => (await pressed(gus, 'Microphone')) === 'true');

    await act(hana, 'Gus', 'Stop camera');
    await gus.reads('Hana stopped your camera.');
    await press(hana, 'Mute all');
    await until('all but the host are muted', async () =>
      (await pressed(gus, 'Microphone')) === 'false' && (await pressed(hana, 'Microphone')) === 'true');

    await act(hana, 'Gus', 'Remove');
    await hana.page.waitForSelector('dialog[open]');
    await gus.leave();
    await until('nobody is asked about who has left', async () => (await hana.page.$('dialog[open]')) === null);
    await close();
  });

  test(`a cohost in ${other} removes and bans; who is banned stays out`, async () => {
    const { made, hana, gus, close } = await pair([engine, other]);
    await act(hana, 'Gus', 'Make cohost');
    await gus.reads('You are a cohost now.');
    const zoe = await house.person('Zoe', engine);
    await zoe.join(house.server, made.room);
    await act(gus, 'Zoe', 'Remove');
    await press(gus, 'Remove');
    await zoe.reads('You were removed from the meeting');
    await press(zoe, 'Rejoin');
    await zoe.find('toolbar', 'Meeting controls');
    await act(gus, 'Zoe', 'Remove and ban');
    await press(gus, 'Remove and ban');
    await zoe.reads('You were banned from this room');
    await zoe.page.goto(`${house.server.url}/r/${made.room}`, { waitUntil: 'load' });
    await zoe.reads('You were banned from this room');
    assert.equal(await zoe.page.evaluate(() => document.body.innerText.includes('Rejoin')), false);
    // A cohost has no power over the host: nothing to remove them with is shown.
    await press(gus, 'What to do with Hana');
    assert.deepEqual(await gus.page.$$eval('[role=menuitem]', (items) => items.map((item) => item.textContent.trim())), ['Show to all']);
    await zoe.close();
    await close();
  });
}

test('a passcode keeps out who does not know it, and a lock everybody else', async () => {
  const made = await makeRoom(house.server, freshRoom(), { lobby: false, passcode: 'blue otter' });
  const gus = await house.person('Gus', 'chromium');
  await gus.page.goto(`${house.server.url}/r/${made.room}`, { waitUntil: 'load' });
  await gus.fill('textbox', 'Passcode', 'red otter');
  await ring(gus);
  await gus.reads('That passcode is not right.');
  await gus.page.waitForFunction(() => document.activeElement?.id === 'passcode');
  await gus.fill('textbox', 'Passcode', 'blue otter');
  await press(gus, 'Join');
  await gus.find('toolbar', 'Meeting controls');

  const hana = await house.person('Hana', 'firefox');
  await enterWith(hana, house.server, made); // who holds a host link needs no passcode
  await people(hana);
  await press(hana, 'Lock meeting');
  await hana.reads('Unlock meeting');
  const zoe = await house.person('Zoe', 'chromium');
  await zoe.page.goto(`${house.server.url}/r/${made.room}`, { waitUntil: 'load' });
  await zoe.reads('The meeting is locked.');
  await zoe.fill('textbox', 'Passcode', 'blue otter');
  await ring(zoe);
  await zoe.page.waitForSelector('#refusal');
  await press(hana, 'Unlock meeting');
  await hana.reads('Lock meeting');
  await press(zoe, 'Join');
  await zoe.find('toolbar', 'Meeting controls');
  await Promise.all([hana, gus, zoe].map((person) => person.close()));
});

test('guests wait for the host, and come in by themselves when one is there', async () => {
  const made = await makeRoom(house.server, freshRoom(), { lobby: false, waitForHost: true });
  const gus = await house.person('Gus', 'firefox');
  await gus.page.goto(`${house.server.url}/r/${made.room}`, { waitUntil: 'load' });
  await ring(gus);
  await gus.reads('Waiting for the host');
  await press(gus, 'Stop waiting');
  await gus.find('button', 'Join');
  await ring(gus);
  await gus.reads('Waiting for the host');
  const hana = await house.person('Hana', 'chromium');
  await enterWith(hana, house.server, made);
  await gus.find('toolbar', 'Meeting controls');
  await Promise.all([hana, gus].map((person) => person.close()));
});

test('viewers and restricted guests see what they may not do, and why', async () => {
  const { made, hana, gus, close } = await pair(['chromium', 'firefox'], { unmute: 'hosts', share: 'hosts' });
  assert.equal(await barred(gus, 'Microphone'), true);
  assert.equal(await pressed(gus, 'Microphone'), 'false');
  await press(gus, 'Microphone');
  await gus.reads('Only hosts turn microphones on here.');
  assert.equal(await pressed(gus, 'Microphone'), 'false');
  assert.equal(await barred(hana, 'Microphone'), false);

  const vic = await house.person('Vic', 'chromium');
  await enterWith(vic, house.server, await makeLink(house.server, made, 'viewer'));
  for (const name of ['Microphone', 'Camera', 'Share screen']) assert.equal(await barred(vic, name), true, name);
  await act(hana, 'Vic', 'Make speaker');
  await vic.reads('You can speak and show yourself now.');
  assert.equal(await barred(vic, 'Camera'), false);
  await act(hana, 'Gus', 'Make viewer');
  await gus.reads('You watch and listen now.');
  assert.equal(await barred(gus, 'Camera'), true);
  await vic.close();
  await close();
});

test('a host leaves alone or ends the meeting for all', async () => {
  const { hana, gus, close } = await pair(['firefox', 'chromium']);
  await press(hana, 'Leave');
  await hana.page.waitForSelector('[role=menuitem]');
  await hana.page.$$eval('[role=menuitem]', (items) => items.find((item) => item.textContent.includes('End for all')).click());
  await press(hana, 'End for all');
  await gus.reads('The meeting has ended');
  await hana.reads('The meeting has ended');
  await close();
});

for (const engine of names) {
  test(`my rooms are made, changed, shared, renamed and deleted on Home (${engine})`, async () => {
    const room = freshRoom();
    const hana = await house.person('Hana', engine);
    const { page } = hana;
    await page.goto(house.server.url, { waitUntil: 'load' });
    await hana.reads('Rooms you make stay here');
    await press(hana, 'Make a room');
    await hana.fill('textbox', 'Name of the room', room);
    await press(hana, 'Make it');
    await press(hana, `Settings of ${room}`);
    await hana.fill('textbox', 'Passcode', 'blue otter');
    await press(hana, 'Save');
    await hana.reads('Passcode: blue otter');
    const text = await page.$eval('dialog p[lang]', (p) => p.innerText);
    assert.match(text, new RegExp(`/r/${room}\n`));
    assert.doesNotMatch(text, /#k=/);
    await page.evaluate(() => document.querySelector('dialog [lang=ko] input').click());
    await hana.reads('비밀번호: blue otter');

    await hana.fill('textbox', 'Rename', `${room}-2`);
    await page.$$eval('dialog form button[type=submit]', (buttons) => buttons.at(-1).click());
    await page.waitForFunction((name) => document.querySelector('dialog h2')?.textContent === name, {}, `${room}-2`);
    await press(hana, 'Delete this room');
    await press(hana, 'Delete for good');
    await hana.reads('Rooms you make stay here');
    assert.deepEqual(await hana.errors(), []);
    await hana.close();
  });
}

test('a key leaves the address on arrival, and gives its power again after a reload', async () => {
  const made = await makeRoom(house.server, freshRoom());
  const hana = await house.person('Hana', 'firefox');
  await arriveWith(hana, house.server, made);
  assert.equal(await hana.page.evaluate(() => location.hash), '');
  await hana.reads('You are the host of this room');
  await hana.page.reload();
  await hana.reads('You are the host of this room');
  assert.equal(await hana.page.evaluate(() => document.body.innerText.includes('#k=')), false);
  await hana.close();
});
