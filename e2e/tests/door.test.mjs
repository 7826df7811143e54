// The door: who waits is heard and seen, let in or turned away all at once; what a host sets holds for who comes next.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { catchNotes, catchNotifications } from '../lib/caught.mjs';
import { knock } from '../lib/crowd.mjs';
import { enterWith, makeRoom, people, press, ring } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const come = (person, { room }) => person.page.goto(`${house.server.url}/r/${room}`, { waitUntil: 'load' });
const doorbell = [659, 880];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
/** What sounded since it was asked the last time: notes, and how often sound was asked for. */
const sounds = (person) => person.page.evaluate(() => {
  const caught = { notes: window.notes.splice(0), woken: window.woken };
  window.woken = 0;
  return caught;
});
/** Whether the bell rings: as far as a machine without a sound card can tell in Firefox, that it is told to. */
const rings = (person) => person.page.evaluate(
  (bell, heard) => window.woken > 0 && (!heard || bell.every((note, at) => window.notes[at] === note)),
  doorbell,
  person.engine === 'chromium',
);
const switchOf = (person, name) => person.click('switch', name);

for (const [engine, other] of [names, [...names].reverse()]) {
  test(`a host in ${engine} hears who waits, lets all in at once, turns all away, and switches the sound off`, async () => {
    const made = await makeRoom(house.server, freshRoom());
    const hana = await house.person('Hana', engine);
    await hana.page.evaluateOnNewDocument(catchNotes);
    await enterWith(hana, house.server, made);
    // One page a Firefox: those behind it do not paint, and the driver waits for that.
    const guests = [await house.person('Gus', other), await house.person('Zoe', 'chromium')];
    await sounds(hana);
    for (const guest of guests) {
      await come(guest, made);
      await ring(guest);
      await guest.reads('You asked to come in');
    }
    await hana.reads('2 people want to come in');
    await until('the bell rings', () => rings(hana));
    await sounds(hana);
    assert.match(await hana.page.title(), /^\(2\) /);
    await press(hana, 'See who');
    assert.deepEqual(await hana.page.$$eval('section[aria-labelledby=waiting] .name', (all) => all.map((one) => one.textContent)), ['Gus', 'Zoe']);
    await press(hana, 'Let all in');
    for (const guest of guests) await guest.find('toolbar', 'Meeting controls');
    await until('nobody waits', () => hana.page.evaluate(() => !document.querySelector('[aria-labelledby=waiting]')));

    await press(hana, 'More');
    await press(hana, 'Settings');
    await hana.click('tab', 'Notices');
    await switchOf(hana, 'Soft sounds: somebody waits, the timer ends');
    await hana.page.keyboard.press('Escape');
    await pause(5100); // it would not ring twice within 5 s anyway
    await sounds(hana); // a key asks for sound as well
    const gone = await knock(house.server, made.room, ['Vic', 'Wim', 'Xia']);
    await hana.reads('3 wait to come in');
    assert.deepEqual(await sounds(hana), { notes: [], woken: 0 });
    await press(hana, 'Turn all away');
    await until('nobody waits', () => hana.page.evaluate(() => !document.querySelector('[aria-labelledby=waiting]')));
    gone();
    for (const person of [hana, ...guests]) {
      assert.deepEqual(await person.errors(), []);
      await person.close();
    }
  });

  test(`what a host in ${engine} sets in the meeting holds for who comes next in ${other}`, async () => {
    const made = await makeRoom(house.server, freshRoom(), { lobby: false });
    const [hana, gus, zoe] = [await house.person('Hana', engine), await house.person('Gus', 'chromium'), await house.person('Zoe', other)];
    await enterWith(hana, house.server, made);
    await gus.join(house.server, made.room);
    await people(hana);
    await press(hana, 'Host controls');
    const most = async (count) => {
      await (await hana.page.waitForSelector('dialog input[type=number]')).evaluate((field, count) => {
        field.value = count;
        field.dispatchEvent(new Event('change', { bubbles: true }));
      }, count);
      await until('it is kept', async () => (await settings(made)).max === count);
    };
    await most(2);
    await come(zoe, made);
    await ring(zoe);
    await zoe.reads('The meeting is full.');
    await most(3);
    await switchOf(hana, 'Guests wait until they are let in');
    await hana.fill('textbox', 'Passcode', 'blue otter');
    await press(hana, 'Save');
    await until('both are kept', async () => (await settings(made)).lobby && (await settings(made)).passcode === 'blue otter');
    await zoe.page.reload();
    await zoe.fill('textbox', 'Passcode', 'blue otter');
    await ring(zoe);
    await zoe.reads('You asked to come in');
    await switchOf(hana, 'Guests wait until they are let in');
    await zoe.find('toolbar', 'Meeting controls'); // nobody is left waiting at a door that stands open
    for (const person of [hana, gus, zoe]) {
      assert.deepEqual(await person.errors(), []);
      await person.close();
    }
  });
}

/** A room's settings, as its host's key shows them. */
async function settings({ room, key }) {
  const answer = await fetch(`${house.server.url}/api/rooms/${room}`, { headers: { Authorization: `Bearer ${key}` } });
  return (await answer.json()).settings;
}

test('a host who looks at something else is told who waits, a guest that a host asks for them', async () => {
  const made = await makeRoom(house.server, freshRoom());
  const [hana, gus] = [await house.person('Hana', 'firefox'), await house.person('Gus', 'chromium')];
  for (const person of [hana, gus]) {
    await person.page.evaluateOnNewDocument(catchNotifications);
    await person.page.evaluateOnNewDocument(() => {
      Notification.permission = 'granted';
      localStorage.setItem('noom.preferences', JSON.stringify({ notifications: true }));
    });
  }
  const notified = (person) => person.page.evaluate(() => window.notified);
  await enterWith(hana, house.server, made);
  await hana.page.evaluate(() => window.lookAway(true));
  await come(gus, made);
  await ring(gus);
  await until('Hana is told', async () => (await notified(hana)).includes(`Gus would like to come in: ${made.room}`));
  await press(hana, 'Let in');
  await gus.find('toolbar', 'Meeting controls');
  await gus.page.keyboard.press('m');
  await gus.page.evaluate(() => window.lookAway(true));
  await people(hana);
  await press(hana, 'What to do with Gus');
  await press(hana, 'Ask to unmute');
  await until('Gus is told', async () => (await notified(gus)).includes(`Hana asks you to unmute: ${made.room}`));
  await Promise.all([hana.close(), gus.close()]);
});
