// The classic page: two browsers peer to peer, signalled by the default namespace.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serveClassic } from '../lib/classic.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

const foreign = 'http://localhost:4001';
let house;
let pages;
before(async () => {
  house = await House.open({ options: ['--allow-origin', foreign] });
  pages = [await serveClassic(4001), await serveClassic(4002, house.server)];
});
after(async () => {
  for (const page of pages) page.close();
  await house.close();
});

const shows = (person) => person.page.$eval('#theirs', (video) => video.videoWidth > 0 && video.currentTime > 1);

for (const [where, address] of [
  ['an origin that the operator allows', `${foreign}/?server=http://localhost:3000`],
  ["Noom's own origin", 'http://localhost:4002/'],
]) {
  test(`the classic page on ${where} connects Chromium and Firefox peer to peer`, async () => {
    const room = freshRoom();
    const people = [await house.person('One', 'chromium'), await house.person('Two', 'firefox')];
    for (const person of people) {
      await person.page.goto(address);
      await person.page.waitForFunction(() => typeof io === 'function');
      await person.fill('textbox', 'Room', room);
      await person.click('button', 'Enter');
      await until(`${person.engine} has its own picture`, () => person.page.$eval('#mine', (video) => video.videoWidth > 0));
    }
    for (const person of people) {
      await until(`${person.engine} shows the other's picture`, () => shows(person), { within: 20_000 });
      const selected = await person.page.evaluate(async () => {
        const stats = await window.observed.connections[0].getStats();
        return [...stats.values()].find((report) => report.type === 'candidate-pair' && report.nominated && report.state === 'succeeded') !== undefined;
      });
      assert.ok(selected, 'a candidate pair between the two browsers carries it');
    }
    for (const person of people) await person.close();
  });
}
