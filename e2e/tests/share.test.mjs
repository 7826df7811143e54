// A shared screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

test('a screen shared in Chromium appears in Firefox, and goes when sharing ends', async () => {
  const room = freshRoom();
  const alice = await house.person('Alice', 'chromium');
  const bob = await house.person('Bob', 'firefox');
  await alice.join(house.server, room);
  await bob.join(house.server, room);
  await bob.seesAndHears(1);

  await alice.click('button', 'Share screen');
  // Track numbers end in 2 for screens (PROTOCOL.md, Words).
  const screens = async () => (await bob.pictures()).filter(({ track }) => track % 4 === 2);
  const [screen] = await until("Bob sees Alice's screen", async () => {
    const shown = await screens();
    return shown.length > 0 && shown;
  }, { within: 20_000 });
  assert.ok(screen.width >= 640, `the screen is ${screen.width} pixels wide`);
  assert.equal(await alice.exchanges(), 1);
  assert.equal(await bob.exchanges(), 1);

  await alice.click('button', 'Share screen'); // pressed, it stops
  await until('the screen is gone', async () => (await screens()).length === 0);
  await alice.close();
  await bob.close();
});
