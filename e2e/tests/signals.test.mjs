// What people signal: hands in order, reactions, a timer, a lock; seen, and read out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
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
