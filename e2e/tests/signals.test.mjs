// What people signal: hands in order, reactions, a timer, a lock; seen, and read out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { catchNotifications } from '../lib/caught.mjs';
import { enterWith, makeRoom, press } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const hand = (person, name) => person.page.$eval(`.tile[aria-label="${name}"] .signs`, (signs) => signs.innerText.trim());
/** What screen readers were told since the page opened. */
const listen = (person) =>
  person.page.evaluate(() => {
    window.told = [];
    new MutationObserver(() => {
      for (const place of document.querySelectorAll('.unseen[role=status]')) window.told.push(place.textContent);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });

for (const engine of names) {
  test(`hands are seen in the order in which they went up, and lowered again (${engine})`, async () => {
    const room = freshRoom();
    const [ada, bo] = [await house.person('Ada', 'chromium'), await house.person('Bo', engine)];
    await ada.join(house.server, room);
    await bo.join(house.server, room);
    await ada.find('group', 'Bo');
    await bo.find('group', 'Ada');
    await listen(ada);
    await bo.page.keyboard.press('h');
    await until('Ada sees it', async () => (await hand(ada, 'Bo')) === '1');
    await until('Ada hears it', () => ada.page.evaluate(() => window.told.some((text) => text.includes('Bo raised a hand'))));
    await ada.click('button', 'Raise hand');
    for (const person of [ada, bo]) {
      await until(`${person.name} sees both in order`, async () => (await hand(person, 'Bo')) === '1' && (await hand(person, 'Ada')) === '2');
    }
    await bo.page.keyboard.press('h');
    await until('Ada is first now', async () => (await hand(bo, 'Ada')) === '1' && (await hand(bo, 'Bo')) === '');
    for (const person of [ada, bo]) assert.deepEqual(await person.errors(), []);
    await ada.close();
    await bo.close();
  });

  test(`reactions fly, and are read out together (${engine})`, async () => {
    const room = freshRoom();
    const [ada, bo] = [await house.person('Ada', 'chromium'), await house.person('Bo', engine)];
    await ada.join(house.server, room);
    await bo.join(house.server, room);
    await ada.find('group', 'Bo');
    await bo.find('group', 'Ada');
    await listen(bo);
    // By keyboard: the menu opens, arrows choose, it stays open for applause.
    const button = await ada.find('button', 'Reactions');
    await button.focus();
    await ada.page.keyboard.press('Enter');
    await ada.find('menuitem', 'Thumbs up');
    await ada.page.keyboard.press('ArrowRight');
    for (let claps = 0; claps < 3; claps++) await ada.page.keyboard.press('Enter');
    await bo.page.waitForFunction(() => [...document.querySelectorAll('.emoji')].some((one) => one.textContent === '👏'));
    const starts = await bo.page.evaluate(() => {
      const tile = document.querySelector('.tile[aria-label=Ada]').getBoundingClientRect();
      return [...document.querySelectorAll('p:has(> .emoji)')].map((one) => {
        const { left, right } = one.getBoundingClientRect();
        return left >= tile.left - 10 && right <= tile.right + 10;
      });
    });
    assert.ok(starts.every(Boolean), "they rise from Ada's tile");
    await until('Bo hears of it once', () => bo.page.evaluate(() => window.told.filter((text) => text.includes('Ada: 👏')).length > 0));
    await until('they are gone', () => bo.page.evaluate(() => document.querySelectorAll('.emoji').length === 0), { within: 8000 });
    for (const person of [ada, bo]) assert.deepEqual(await person.errors(), []);
    await ada.close();
    await bo.close();
  });
}

test('without motion a reaction stays where it appears', async () => {
  const room = freshRoom();
  const ada = await house.person('Ada', 'chromium');
  await ada.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
  await ada.join(house.server, room);
  await ada.click('button', 'Reactions');
  await ada.click('menuitem', 'Party');
  const one = await ada.page.waitForSelector('p:has(> .emoji)');
  const place = () => one.evaluate((element) => [element.getBoundingClientRect().top, Number(getComputedStyle(element).opacity)]);
  const [top] = await place();
  await until('it is fully there', async () => (await place())[1] === 1, { within: 3000 });
  assert.equal((await place())[0], top);
  await ada.close();
});

for (const engine of names) {
  test(`who looks at something else is notified, but only once they have asked for it (${engine})`, async () => {
    const room = freshRoom();
    const [ada, bo] = [await house.person('Ada', 'chromium'), await house.person('Bo', engine)];
    await bo.page.evaluateOnNewDocument(catchNotifications);
    await ada.join(house.server, room);
    await bo.join(house.server, room);
    await ada.find('group', 'Bo');
    const say = async (text) => {
      if (!(await ada.sees('textbox', 'Message'))) await ada.click('button', 'Chat');
      await ada.fill('textbox', 'Message', text);
      await ada.page.keyboard.press('Enter');
    };
    const notified = () => bo.page.evaluate(() => window.notified);
    await bo.page.evaluate(() => window.lookAway(true));
    await say('before');
    await until('the title counts it', async () => (await bo.page.title()).startsWith('(1) '));
    assert.deepEqual([await notified(), await bo.page.evaluate(() => window.asked)], [[], 0]);

    await bo.click('button', 'More');
    await bo.click('menuitem', 'Settings');
    await bo.click('tab', 'Notices');
    await bo.click('switch', 'Notify me while I look at something else');
    await until('asked once', () => bo.page.evaluate(() => window.asked === 1));
    await bo.page.keyboard.press('Escape');
    await say('meanwhile');
    await until('a message is told', async () => (await notified()).includes('Ada: meanwhile'));
    await ada.page.evaluate(() => document.activeElement.blur());
    await ada.page.keyboard.press('h');
    await until('a hand is told', async () => (await notified()).some((one) => one.includes('Ada raised a hand')));
    await bo.page.evaluate(() => window.lookAway(false));
    const before = (await notified()).length;
    await say('in sight');
    await until('it arrives', async () => (await bo.page.title()).startsWith('(3) '));
    assert.equal((await notified()).length, before);
    for (const person of [ada, bo]) assert.deepEqual(await person.errors(), []);
    await ada.close();
    await bo.close();
  });

  test(`statistics tell what is sent and received (${engine})`, async () => {
    const room = freshRoom();
    const person = await house.person('Nia', engine);
    await person.join(house.server, room);
    const bots = await house.server.bots(room, { senders: 1, args: ['--name', 'Sender'] });
    try {
      await person.seesAndHears(1, { within: 40_000 });
      await person.click('button', 'More');
      await person.click('menuitem', 'Statistics for nerds');
      const rows = (table) =>
        person.page.$$eval(`section table:nth-of-type(${table}) tbody tr`, (all) =>
          all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
      await until('mine: a camera with its size and rate', async () =>
        (await rows(1)).some(([track, codec, size, , rate]) =>
          track.startsWith('Camera') && codec === 'VP8' && /^\d+×\d+$/.test(size) && Number(rate) > 10), { within: 20_000 });
      await until("theirs: the bot's picture under its name", async () =>
        (await rows(2)).some(([who, codec, size, , rate]) =>
          who.startsWith('Sender') && codec === 'VP8' && /^\d+×\d+$/.test(size) && Number(rate) > 10), { within: 20_000 });
      assert.match(await person.page.$eval('section .content p', (path) => path.textContent), /Direct \(UDP\) · \d+ ms/);
      await until('the server knows what its way here carries, for the browser tells what arrives', async () =>
        /from the server [1-9][\d,]{2,} kb\/s, \d+ ms of queue, \d+\.\d % lost/.test(await person.page.$eval('section .content p', (path) => path.textContent)));
      await person.page.keyboard.press('Escape');
      await until('Escape closes it', async () => (await person.page.$('section table')) === null);
      assert.equal(await person.page.evaluate(() => document.activeElement.ariaLabel), 'More', 'and the focus is where it was');
      assert.deepEqual(await person.errors(), []);
    } finally {
      await bots.stop();
      await person.close();
    }
  });
}

for (const engine of names) {
  test(`a host starts a timer that all see, shows somebody to all, and locks (${engine})`, async () => {
    const made = await makeRoom(house.server, freshRoom(), { lobby: false });
    const [hana, gus] = [await house.person('Hana', 'chromium'), await house.person('Gus', engine)];
    await enterWith(hana, house.server, made);
    await gus.join(house.server, made.room);
    await hana.page.waitForSelector('.tile[aria-label=Gus]');
    assert.equal(await gus.page.$('.tile [aria-label^="Show "]'), null, 'guests have no spotlight');

    await press(hana, 'More');
    await press(hana, 'Timer');
    await press(hana, '1 minute');
    await press(hana, 'Start');
    const left = (person) => person.page.$eval('[role=timer]', (sign) => sign.textContent.trim().replace(/\s+/g, ' '));
    for (const person of [hana, gus]) {
      await until(`${person.name} sees it run`, async () => /0:5\d/.test(await left(person)));
    }
    // A minute passes for Gus.
    await gus.page.evaluate(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + 61_000;
    });
    await until('the time is up', async () => (await left(gus)).includes('Time is up'));
    await press(hana, 'More');
    await press(hana, 'Timer');
    await press(hana, 'Stop timer');
    for (const person of [hana, gus]) await person.page.waitForFunction(() => !document.querySelector('[role=timer]'));

    await press(hana, 'Show Gus to everybody');
    for (const person of [hana, gus]) {
      await until(`Gus is large for ${person.name}`, () =>
        person.page.evaluate(() => {
          const area = (name) => document.querySelector(`.tile[aria-label=${name}]`).clientHeight;
          return area('Gus') > 2 * area('Hana');
        }));
    }
    await press(hana, 'Show Gus to everybody');
    await until('and no longer', () =>
      gus.page.evaluate(() => new Set([...document.querySelectorAll('.tile')].map((tile) => tile.clientHeight)).size === 1));

    await press(hana, 'People');
    await press(hana, 'Lock meeting');
    await gus.page.waitForSelector('footer [title="The meeting is locked"]');
    for (const person of [hana, gus]) assert.deepEqual(await person.errors(), []);
    await hana.close();
    await gus.close();
  });

  test(`a picture that is stuck gives way to a word, and comes back (${engine})`, async () => {
    const room = freshRoom();
    const person = await house.person('Nell', engine);
    await person.join(house.server, room);
    const bots = await house.server.bots(room, { senders: 1, args: ['--name', 'Stuck'] });
    try {
      await person.seesAndHears(1, { within: 40_000 });
      const tile = (await person.page.$$eval('.tile', (all) => all.map(({ ariaLabel }) => ariaLabel))).find((name) => name.startsWith('Stuck'));
      const shown = () => person.page.$eval(`.tile[aria-label="${tile}"]`, (one) => one.querySelector('video[data-track]') !== null);
      const words = () => person.page.$eval(`.tile[aria-label="${tile}"] .face`, (face) => face.innerText).catch(() => '');
      await until('it shows', shown);
      bots.freeze();
      await until('no frozen face, but a word', async () => !(await shown()) && (await words()).includes('No picture is arriving'), { within: 12_000 });
      bots.thaw();
      await until('it is back', shown);
      assert.equal(await words(), '');
      assert.deepEqual(await person.errors(), []);
    } finally {
      bots.thaw();
      await bots.stop();
      await person.close();
    }
  });
}
