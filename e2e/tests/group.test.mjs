// More than two: everyone sees and hears everyone, and nobody's coming or going costs a negotiation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

test('four people in two kinds of browsers see and hear one another', async () => {
  const room = freshRoom();
  const people = [];
  for (const [name, engine] of [['Ada', 'chromium'], ['Bo', 'firefox'], ['Cy', 'chromium'], ['Di', 'firefox']]) {
    const person = await house.person(name, engine);
    await person.join(house.server, room);
    people.push(person);
  }
  for (const person of people) {
    await person.seesAndHears(3, { within: 30_000 });
    await until(`${person.name} has three pictures on the right tiles`, async () => {
      const shown = (await person.pictures()).map(({ name }) => name.split(/[ ,(]/)[0]);
      return people.every((other) => other === person || shown.includes(other.name));
    });
  }
  // Everyone is heard by everyone: a slot of audio per other person gets packets.
  for (const person of people) {
    await until(`${person.name} hears three`, async () =>
      (await person.inbound()).filter((report) => report.kind === 'audio' && report.packetsReceived > 20).length >= 3);
  }
  for (const person of people) await person.close();
});

test('twenty bots come and go without one SDP exchange on the page', async () => {
  const room = freshRoom();
  const person = await house.person('Eve', 'chromium');
  await person.join(house.server, room);
  const exchangesBefore = await person.exchanges();
  const bots = await house.server.bots(room, { senders: 9 });
  const more = await house.server.bots(room, { senders: 11, args: ['--video=false', '--name', 'Voice'] });
  await until('twenty bots are in the room', async () =>
    (await person.page.$$eval('[role=group][aria-label]', (tiles) => tiles.length)) >= 20, { within: 40_000 });
  await person.seesAndHears(5);
  await bots.stop();
  await more.stop();
  await until('the bots are gone', async () =>
    (await person.page.$$eval('[role=group][aria-label]', (tiles) => tiles.length)) <= 1, { within: 45_000 });
  assert.equal(await person.exchanges(), exchangesBefore);
  await person.close();
});
