// What survives: a broken connection, a reload, a second tab, a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

async function pair() {
  const room = freshRoom();
  const alice = await house.person('Alice', 'chromium');
  const bob = await house.person('Bob', 'firefox');
  await alice.join(house.server, room);
  await bob.join(house.server, room);
  await Promise.all([alice.seesAndHears(1), bob.seesAndHears(1)]);
  return { room, alice, bob, close: () => Promise.all([alice.close(), bob.close()]) };
}

async function say(person, text) {
  if (!(await person.sees('textbox', 'Message'))) await person.click('button', 'Chat');
  await person.fill('textbox', 'Message', text);
  await person.click('button', 'Send');
}

test('cut connections do not stop media, and the session resumes by itself', async () => {
  const { alice, bob, close } = await pair();
  const frames = async (person) => Object.values(await person.framesDecoded()).reduce((sum, n) => sum + n, 0);
  const before = [await frames(alice), await frames(bob)];
  await house.server.cutConnections();
  await say(alice, 'still here');
  await bob.click('button', 'Chat');
  await bob.reads('still here');
  assert.ok((await frames(alice)) > before[0]);
  assert.ok((await frames(bob)) > before[1]);
  for (const person of [alice, bob]) assert.equal(await person.exchanges(), 1, `${person.name} kept the peer connection`);
  await close();
});

test('chat is there after a reload, and the reloaded page is back in its seat', async () => {
  const { alice, bob, close } = await pair();
  await say(alice, '안녕하세요, Bob');
  await bob.click('button', 'Chat');
  await bob.reads('안녕하세요, Bob');
  await bob.page.reload();
  await bob.find('toolbar', 'Meeting controls');
  if (!(await bob.sees('textbox', 'Message'))) await bob.click('button', 'Chat');
  await bob.reads('안녕하세요, Bob');
  bob.joinedAt = Date.now();
  await bob.seesAndHears(1);
  await until('Alice has one Bob', async () =>
    (await alice.page.$$eval('[role=group][aria-label]', (tiles) => tiles.filter((tile) => tile.ariaLabel.startsWith('Bob')).length)) === 1);
  await close();
});

test('chat is there for those who come late, and after the server was killed', async () => {
  const { room, alice, bob, close } = await pair();
  await say(alice, 'before the crash');
  await bob.click('button', 'Chat');
  await bob.reads('before the crash');
  await house.server.kill('SIGKILL');
  await house.server.start();
  const cleo = await house.person('Cleo', 'chromium');
  await cleo.join(house.server, room);
  await cleo.click('button', 'Chat');
  await cleo.reads('before the crash');
  // Those inside come back by themselves, to one another and to Cleo.
  await until('all three are together again', async () =>
    (await cleo.page.$$eval('[role=group][aria-label]', (tiles) => tiles.length)) >= 3, { within: 30_000 });
  await cleo.close();
  await close();
});

for (const engine of ['chromium', 'firefox']) {
  test(`a closed tab is gone within 6 s, and a reload before that keeps the tile (${engine})`, async () => {
    const room = freshRoom();
    const [stay, go] = [await house.person('Stay', 'chromium'), await house.person('Go', engine)];
    await stay.join(house.server, room);
    await go.join(house.server, room);
    await stay.find('group', 'Go');
    // From now on Stay counts the tiles that come and go.
    await stay.page.evaluate(() => {
      window.gone = 0;
      new MutationObserver((changes) => {
        for (const { removedNodes } of changes)
          for (const node of removedNodes) if (node.ariaLabel === 'Go') window.gone++;
      }).observe(document.body, { childList: true, subtree: true });
    });
    await go.page.reload();
    await go.find('toolbar', 'Meeting controls');
    await new Promise((resolve) => setTimeout(resolve, 6000)); // longer than a closed tab's seat is kept
    assert.equal(await stay.page.evaluate(() => window.gone), 0, 'the reloaded page kept its tile');
    const closed = Date.now();
    await go.page.close();
    await until('Go is gone', async () => !(await stay.sees('group', 'Go')), { within: 8000 });
    assert.ok(Date.now() - closed <= 6000, `gone after ${Date.now() - closed} ms`);
    await Promise.all([stay.close(), go.close()]);
  });
}

test('leaving shows at once', async () => {
  const { alice, bob, close } = await pair();
  const left = Date.now();
  await alice.leave();
  await until('Bob sees Alice go', async () => !(await bob.sees('group', 'Alice')), { within: 3000 });
  assert.ok(Date.now() - left < 3000);
  await close();
});
