// What a host does to people beyond muting and removing: names, hands, shares, roles, rights, and what can be undone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { act, enterWith, makeRoom, people, press } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** A host and a guest inside a room that lets everybody in. */
async function pair([engine, other]) {
  const made = await makeRoom(house.server, freshRoom(), { lobby: false });
  const [hana, gus] = [await house.person('Hana', engine), await house.person('Gus', other)];
  await enterWith(hana, house.server, made);
  await gus.join(house.server, made.room);
  return { made, hana, gus };
}

async function quit(...all) {
  for (const person of all) {
    assert.deepEqual(await person.errors(), []);
    await person.close();
  }
}

const button = (person, name) =>
  person.page.$eval(`[role=toolbar] button[aria-label="${name}"]`, (one) => ({ on: one.ariaPressed, barred: one.ariaDisabled === 'true' }));
/** Chooses in a setting of the host controls. */
const choose = (person, setting, choice) =>
  person.page.evaluate(
    (setting, choice) => {
      const group = [...document.querySelectorAll('dialog fieldset')].find((one) => one.querySelector('legend').textContent === setting);
      [...group.querySelectorAll('label')].find((one) => one.innerText.trim() === choice).click();
    },
    setting,
    choice,
  );

for (const order of [names, [...names].reverse()]) {
  const [engine, other] = order;
  test(`a host in ${engine} renames, lowers a hand, and asks for a camera in ${other}`, async () => {
    const { hana, gus } = await pair(order);
    await act(hana, 'Gus', 'Rename');
    await hana.fill('textbox', 'Name', 'Gustav');
    await press(hana, 'Rename');
    await gus.reads('A host changed your name to Gustav.');
    await hana.find('group', 'Gustav');

    await gus.page.keyboard.press('h');
    await until('the hand is up', () => hana.page.$('.tile[aria-label=Gustav] .hand'));
    await act(hana, 'Gustav', 'Lower hand');
    await gus.reads('A host lowered your hand.');
    assert.equal((await button(gus, 'Raise hand')).on, 'false');

    await gus.page.keyboard.press('v');
    await until('the camera is off', () => hana.page.$('aside li:nth-of-type(2) .sign.off'));
    await act(hana, 'Gustav', 'Ask to start the camera');
    await gus.reads('Hana asks you to start your camera');
    assert.equal((await button(gus, 'Camera')).on, 'false', 'it is theirs to decide');
    await press(gus, 'Not now');
    await until('the question is gone', () => gus.page.evaluate(() => !document.body.innerText.includes('asks you')));
    await act(hana, 'Gustav', 'Ask to start the camera');
    await press(gus, 'Start camera');
    await until('the camera is on', async () => (await button(gus, 'Camera')).on === 'true');
    await quit(hana, gus);
  });

  test(`a host in ${engine} hands the meeting over, and the new one in ${other} ends it`, async () => {
    const { hana, gus } = await pair(order);
    await act(hana, 'Gus', 'Hand the meeting over');
    await press(hana, 'Cancel');
    await act(hana, 'Gus', 'Hand the meeting over');
    await hana.reads('You cannot take it back yourself.');
    await press(hana, 'Hand over');
    await gus.reads('You are the host now.');
    await hana.reads('You are a cohost now.');
    await press(hana, 'Host controls');
    await hana.page.waitForSelector('dialog');
    const offered = await hana.page.$$eval('dialog button', (all) => all.map((one) => one.textContent.trim()));
    assert.ok(!offered.includes('End for all'), 'a cohost ends nothing');
    await hana.page.keyboard.press('Escape');
    await people(gus);
    await press(gus, 'Host controls');
    await press(gus, 'End for all');
    await gus.reads('Everybody leaves at once.');
    await gus.page.$$eval('dialog button', (all) => all.find((one) => one.textContent.trim() === 'End for all').click());
    for (const person of [hana, gus]) await person.reads('The meeting has ended');
    await quit(hana, gus);
  });

  test(`a host in ${engine} takes rights away and gives them back while ${other} looks on`, async () => {
    const { hana, gus } = await pair(order);
    await people(hana);
    await press(hana, 'Host controls');
    await hana.page.waitForSelector('dialog fieldset');
    await choose(hana, 'Share a screen', 'Hosts');
    await choose(hana, 'Turn on their microphone', 'Hosts');
    await until('Gus may not share', async () => (await button(gus, 'Share screen').catch(() => ({ barred: true }))).barred);
    assert.deepEqual(await button(gus, 'Microphone'), { on: 'true', barred: false }, 'who speaks is not cut off');
    await gus.page.keyboard.press('m');
    await until('once muted he needs a host', async () => (await button(gus, 'Microphone')).barred);
    await press(gus, 'Microphone');
    await gus.reads('Only hosts turn microphones on here.');

    await press(gus, 'Chat');
    await gus.find('textbox', 'Message');
    await choose(hana, 'Write in the chat', 'Nobody');
    await gus.reads('The chat is switched off.');
    await choose(hana, 'Write in the chat', 'Hosts');
    await gus.reads('Only hosts may write here now.');
    await choose(hana, 'Write in the chat', 'Everybody');
    await gus.find('textbox', 'Message');
    await choose(hana, 'Turn on their microphone', 'Everybody');
    await until('he may speak', async () => !(await button(gus, 'Microphone')).barred);
    await quit(hana, gus);
  });

  test(`who was banned is let back by the host, at home in ${engine}`, async () => {
    const { made, hana, gus } = await pair(order);
    await act(hana, 'Gus', 'Remove and ban');
    await press(hana, 'Remove and ban');
    await gus.reads('You were banned from this room');
    await hana.page.goto(house.server.url, { waitUntil: 'load' });
    await press(hana, `Settings of ${made.room}`);
    await press(hana, 'Let Gus come back');
    await until('the list is empty', () => hana.page.evaluate(() => !document.body.innerText.includes('Let Gus come back')));
    await gus.join(house.server, made.room);
    await quit(hana, gus);
  });
}

test('a host stops what somebody shares, and takes the right to', async () => {
  const { hana, gus } = await pair(['firefox', 'chromium']); // headless Firefox has no screen to share
  await gus.click('button', 'Share screen');
  await hana.page.waitForSelector('.tile.screen');
  await act(hana, 'Gus', 'Stop sharing');
  await gus.reads('Hana stopped your screen share.');
  await until('the screen is gone', () => hana.page.evaluate(() => !document.querySelector('.tile.screen')));
  assert.equal((await button(gus, 'Share screen')).on, 'false');
  await quit(hana, gus);
});
