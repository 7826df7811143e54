// Trouble is said where it is: a weak network of mine, a server out of reach, and its end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** Lets the browser measure a share of lost packets that this machine's network never loses, while window.lossy is set. */
function lose() {
  const measure = RTCPeerConnection.prototype.getStats;
  window.lossy = 0;
  RTCPeerConnection.prototype.getStats = async function (...rest) {
    const stats = await measure.apply(this, rest);
    if (!window.lossy) return stats;
    return new Map([...stats].map(([id, one]) => [id, one.type === 'remote-inbound-rtp' ? { ...one, fractionLost: window.lossy } : one]));
  };
}

const shown = (person, text) => person.page.evaluate((text) => document.body.innerText.includes(text), text);

for (const engine of names) {
  test(`a network that loses what I send is named as mine, and forgotten when it heals (${engine})`, async () => {
    const room = freshRoom();
    const person = await house.person('Una', engine);
    await person.page.evaluateOnNewDocument(lose);
    await person.join(house.server, room);
    const bots = await house.server.bots(room, { senders: 1 });
    await person.seesAndHears(1, { within: 40_000 });
    await person.page.evaluate(() => (window.lossy = 0.3));
    await person.reads('Your network is weak: others may hear and see you poorly.', { within: 20_000 });
    assert.ok(await person.page.$('.tile[aria-label^=Una] .tag svg'), 'and at my own name');
    await person.page.evaluate(() => (window.lossy = 0));
    await until('it is over', async () => !(await shown(person, 'Your network is weak')), { within: 20_000 });
    assert.deepEqual(await person.errors(), []);
    await bots.stop();
    await person.close();
  });

  test(`a server out of reach is said, and everything goes on when it is back (${engine})`, async () => {
    const room = freshRoom();
    const [person, other] = [await house.person('Una', engine), await house.person('Oz', 'chromium')];
    await person.join(house.server, room);
    await other.join(house.server, room);
    await person.seesAndHears(1);
    process.kill(house.server.pid, 'SIGSTOP');
    try {
      await person.reads('Reconnecting…', { within: 40_000 });
    } finally {
      process.kill(house.server.pid, 'SIGCONT');
    }
    await until('it is over', async () => !(await shown(person, 'Reconnecting…')), { within: 40_000 });
    const decoded = async () => Object.values(await person.framesDecoded()).reduce((sum, n) => sum + n, 0);
    const before = await decoded();
    await until('pictures go on', async () => (await decoded()) > before);
    for (const one of [person, other]) await one.close();
  });

  test(`what is loaded when it is wanted, and cannot be had, says so and is tried again (${engine})`, async () => {
    const person = await house.person('Una', engine);
    await person.arrive(house.server, freshRoom());
    await house.server.kill();
    try {
      await person.click('button', 'Sound settings');
      await person.reads('The server cannot be reached. Check your connection');
    } finally {
      await house.server.start();
    }
    await person.click('button', 'Try again');
    if (engine === 'firefox') { // it remembers what it could not load, for as long as the page lives
      await person.click('button', 'Reload');
      await person.page.waitForFunction(() => !document.querySelector('dialog'));
      await person.click('button', 'Sound settings');
    }
    await person.find('tab', 'Picture');
    assert.equal(await person.sees('button', 'Try again'), false);
    await person.close();
  });
}
