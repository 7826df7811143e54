// Two people meet, in each combination of browsers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

// A small test machine runs two browsers and encodes both pictures on two cores: 5 fps is what it owes.
const seconds = 10;
const leastFps = 5;

for (const first of names) {
  for (const second of names) {
    test(`${first} and ${second} see and hear each other within 3 s of joining`, async () => {
      const room = freshRoom();
      const alice = await house.person('Alice', first);
      const bob = await house.person('Bob', second);
      try {
        await alice.join(house.server, room);
        await bob.join(house.server, room);
        const waits = await Promise.all([alice, bob].map((person) => person.seesAndHears(1)));
        // Alice waited for Bob to come; the clock that counts began when the second of them clicked.
        const wait = Math.max(waits[1], waits[0] - (bob.joinedAt - alice.joinedAt));
        assert.ok(wait <= 3000, `picture and sound after ${wait} ms`);

        for (const person of [alice, bob]) await decodesSteadily(person);
        for (const person of [alice, bob]) {
          assert.equal(await person.exchanges(), 1, `${person.name} negotiated once`);
          assert.deepEqual(await person.errors(), [], `${person.name}'s page has no errors`);
        }
        const [picture] = await alice.pictures().then((pictures) => pictures.filter(({ name }) => name.startsWith('Bob')));
        assert.ok(picture, "Bob's picture is on Bob's tile");
      } finally {
        await alice.close();
        await bob.close();
      }
    });
  }
}

/** Frames and sound grow in every second of the watch, at 5 frames a second or more over all. */
async function decodesSteadily(person) {
  const total = async () => Object.values(await person.framesDecoded()).reduce((sum, frames) => sum + frames, 0);
  const start = Date.now();
  const [firstFrames, firstEnergy] = [await total(), await person.energyHeard()];
  let frames = firstFrames;
  for (let second = 1; second <= seconds / 2; second++) {
    await new Promise((resolve) => setTimeout(resolve, start + second * 2000 - Date.now()));
    const now = await total();
    assert.ok(now > frames, `${person.name} (${person.engine}) decoded nothing between ${2 * second - 2} s and ${2 * second} s`);
    frames = now;
  }
  const fps = (frames - firstFrames) / ((Date.now() - start) / 1000);
  assert.ok(fps >= leastFps, `${person.name} (${person.engine}) decodes ${fps.toFixed(1)} fps`);
  assert.ok((await person.energyHeard()) > firstEnergy, `${person.name} (${person.engine}) hears nothing`);
}
