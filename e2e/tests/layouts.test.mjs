// Layouts: who speaks in front, several shares to choose from above a filmstrip, myself hidden, the whole screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { press } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const tiles = (person) =>
  person.page.$$eval('.tile', (all) =>
    all.map((tile) => ({ name: tile.ariaLabel, main: tile.classList.contains('main'), area: tile.clientWidth * tile.clientHeight })));
const mains = async (person) => (await tiles(person)).filter(({ main }) => main).map(({ name }) => name);

for (const engine of names) {
  test(`the speaker view puts who speaks in front, and the grid everybody at one size (${engine})`, async () => {
    const room = freshRoom();
    const person = await house.person('Sue', engine);
    await person.join(house.server, room);
    await person.page.keyboard.press('m');
    const quiet = await house.server.bots(room, { senders: 2, args: ['--audio=false', '--video=false', '--name', 'Quiet'] });
    const loud = await house.server.bots(room, { senders: 1, args: ['--name', 'Loud'] });
    try {
      await until('all are there', async () => (await tiles(person)).length === 4, { within: 40_000 });
      await person.page.keyboard.press('l');
      await until('who speaks is in front', async () => {
        const front = await mains(person);
        return front.length === 1 && front[0].startsWith('Loud');
      });
      const all = await tiles(person);
      const front = all.find(({ main }) => main);
      assert.ok(all.every(({ main, area }) => main || area * 4 < front.area), 'the others are small');
      await press(person, 'Layout');
      await person.click('menuitemradio', 'Grid Everybody at the same size');
      await until('all are of one size', async () => new Set((await tiles(person)).map(({ area }) => area)).size === 1);
      assert.deepEqual(await person.errors(), []);
    } finally {
      await quiet.stop();
      await loud.stop();
      await person.close();
    }
  });

  test(`of several shared screens one is chosen, above a filmstrip (${engine})`, async () => {
    const room = freshRoom();
    const person = await house.person('Sue', engine);
    const [ada, bo] = [await house.person('Ada', 'chromium'), await house.person('Bo', 'chromium')];
    for (const one of [person, ada, bo]) await one.join(house.server, room);
    await ada.click('button', 'Share screen');
    await until("Ada's screen fills the stage", async () => (await mains(person)).join() === 'Screen of Ada', { within: 30_000 });
    assert.equal(await person.page.$('.shares'), null, 'with one there is nothing to choose');
    await bo.click('button', 'Share screen');
    await person.page.waitForSelector('.shares');
    const choose = async (name) => {
      await person.page.$$eval('.shares label', (all, name) => all.find((one) => one.innerText.trim() === name).click(), `Screen of ${name}`);
      await until(`${name}'s screen fills the stage`, async () => (await mains(person)).join() === `Screen of ${name}`);
      await until(`and is seen`, async () => (await person.pictures()).some((one) => one.name === `Screen of ${name}` && one.track % 4 === 2), { within: 20_000 });
    };
    await choose('Bo');
    await choose('Ada');
    const all = await tiles(person);
    const front = all.find(({ main }) => main);
    for (const name of ['Ada', 'Bo', 'Sue']) {
      const strip = all.find((one) => one.name.startsWith(name));
      assert.ok(strip.area * 6 < front.area, `${name} is in the filmstrip`);
    }
    await ada.click('button', 'Share screen');
    await until("Bo's is left", async () => (await mains(person)).join() === 'Screen of Bo');
    assert.equal(await person.page.$('.shares'), null);
    for (const one of [person, ada, bo]) {
      assert.deepEqual(await one.errors(), []);
      await one.close();
    }
  });

  test(`one's own picture is hidden from oneself, and stays so (${engine})`, async () => {
    const room = freshRoom();
    const [person, other] = [await house.person('Sue', engine), await house.person('Ada', 'chromium')];
    await person.join(house.server, room);
    await other.join(house.server, room);
    await until('two tiles', async () => (await tiles(person)).length === 2);
    const toggle = async () => {
      await press(person, 'Layout');
      await person.click('menuitemcheckbox', 'Hide my own picture');
    };
    await toggle();
    await until('only Ada is left', async () => (await tiles(person)).map(({ name }) => name).join() === 'Ada');
    await until('Ada sees both', async () => (await tiles(other)).length === 2);
    await person.page.reload();
    await person.page.waitForSelector('.tile[aria-label=Ada]');
    assert.equal((await tiles(person)).length, 1);
    await toggle();
    await until('both are there', async () => (await tiles(person)).length === 2);
    for (const one of [person, other]) {
      assert.deepEqual(await one.errors(), []);
      await one.close();
    }
  });

  test(`the meeting fills the screen, and the bar lies over it (${engine})`, async () => {
    const person = await house.person('Sue', engine);
    const room = freshRoom();
    await person.join(house.server, room);
    const bots = await house.server.bots(room, { senders: 1, args: ['--audio=false', '--video=false'] });
    await until('two tiles', async () => (await tiles(person)).length === 2, { within: 40_000 });
    const full = () => person.page.evaluate(() => document.fullscreenElement !== null);
    const over = () => person.page.$eval('footer:has([role=toolbar])', (bar) => getComputedStyle(bar).position === 'absolute');
    await person.page.keyboard.press('f');
    await until('it fills the screen', async () => (await full()) && (await over()));
    await person.page.keyboard.press('f');
    await until('it is a window again', async () => !(await full()) && !(await over()));
    assert.deepEqual(await person.errors(), []);
    await bots.stop();
    await person.close();
  });
}
