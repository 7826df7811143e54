// Invitations: what guests are sent has all they need and nothing that gives power; what gives power is asked for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { catchCopies } from '../lib/caught.mjs';
import { arriveWith, enterWith, makeRoom, people, press } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const passcode = 'blue otter';
async function host(engine) {
  const made = await makeRoom(house.server, freshRoom(), { lobby: false, passcode });
  const hana = await house.person('Hana', engine);
  await hana.page.evaluateOnNewDocument(catchCopies);
  return { made, hana, link: `${house.server.url}/r/${made.room}` };
}
/** What was copied by pressing this. */
async function copy(person, name, within = 'main') {
  await person.page.evaluate(() => window.copied.splice(0));
  await until(name, () =>
    person.page.evaluate(
      (name, within) => {
        const button = [...document.querySelectorAll(`${within} button`)].find((one) => (one.ariaLabel ?? one.textContent).trim() === name);
        button?.click();
        return button !== undefined;
      },
      name,
      within,
    ));
  return until(`${name} copies`, () => person.page.evaluate(() => window.copied.at(-1)));
}

for (const engine of names) {
  test(`an invitation is copied on Home and in the meeting, in either language, with link and passcode (${engine})`, async () => {
    const { made, hana, link } = await host(engine);
    await arriveWith(hana, house.server, made);
    await hana.page.goto(house.server.url, { waitUntil: 'load' });
    const invitation = await copy(hana, `Copy the invitation to ${made.room}`);
    for (const part of [link, `Passcode: ${passcode}`, 'You are invited']) assert.ok(invitation.includes(part), part);
    assert.ok(!invitation.includes('#k='));
    await hana.reads('Invitation copied.');
    await hana.page.focus('.notices button');
    await hana.page.keyboard.press('Enter');
    await until('the notice is gone', async () => (await hana.page.$('.notices button')) === null);
    assert.equal(await hana.page.evaluate(() => document.activeElement.tagName), 'MAIN', 'and the focus not with it');

    await enterWith(hana, house.server, made);
    await hana.page.evaluate(() => {
      const { clipboard } = navigator;
      const { writeText } = clipboard;
      clipboard.writeText = async () => {
        clipboard.writeText = writeText;
        throw new DOMException('no', 'NotAllowedError');
      };
    });
    await press(hana, 'Copy invitation');
    await hana.reads('The link is in the address bar.');
    assert.equal(await copy(hana, 'Copy invitation'), invitation, 'while alone');
    await press(hana, 'More');
    await hana.page.waitForSelector('[role=menu]');
    assert.equal(await copy(hana, 'Copy invitation', '[role=menu]'), invitation, 'from the menu');
    await people(hana);
    await press(hana, 'Host controls');
    await hana.page.waitForSelector('dialog [lang=ko]');
    await hana.page.evaluate(() => document.querySelector('dialog [lang=ko] input').click());
    const korean = await copy(hana, 'Copy invitation', 'dialog');
    for (const part of [link, `비밀번호: ${passcode}`, '초대']) assert.ok(korean.includes(part), part);
    await hana.page.keyboard.press('Escape');

    // A guest comes in by what it says.
    const gus = await house.person('Gus', 'chromium');
    await gus.page.goto(/https?:\S+/.exec(invitation)[0], { waitUntil: 'load' });
    await gus.fill('textbox', 'Passcode', /Passcode: (.*)/.exec(invitation)[1]);
    await gus.fill('textbox', 'Your name', 'Gus');
    await press(gus, 'Join');
    await gus.find('toolbar', 'Meeting controls');
    await people(gus);
    assert.ok(await gus.page.evaluate(() => !document.body.innerText.includes('Copy invitation')), 'guests copy the link alone');
    for (const person of [hana, gus]) {
      assert.deepEqual(await person.errors(), []);
      await person.close();
    }
  });

  test(`a link that gives power is copied on demand, gives just that, and is taken back (${engine})`, async () => {
    const { made, hana, link } = await host(engine);
    await enterWith(hana, house.server, made);
    await people(hana);
    await press(hana, 'Host controls');
    const address = await copy(hana, 'Copy cohost link', 'dialog');
    assert.ok(address.startsWith(`${link}#k=`));
    await hana.reads('It gives power: send it only to people you trust.');
    assert.equal(await copy(hana, 'Copy cohost link', 'dialog'), address, 'one link, however often it is copied');
    assert.notEqual(await copy(hana, 'Copy viewer link', 'dialog'), address);
    const cora = await house.person('Cora', 'chromium');
    await cora.page.goto(address, { waitUntil: 'load' });
    await cora.reads('You are a cohost of this room');
    assert.equal(await cora.page.evaluate(() => location.hash), '');

    // Its maker finds it on Home, by what stands in it. Taken back, it makes whoever opens it next a guest.
    await hana.page.goto(house.server.url, { waitUntil: 'load' });
    await press(hana, `Settings of ${made.room}`);
    await hana.page.waitForSelector('#given');
    const [is, fits] = await hana.page.$eval('dialog', (dialog) => [dialog.scrollHeight, dialog.clientHeight]);
    assert.ok(is <= fits, `its content scrolls, ${is} px, not the dialog of ${fits} px with its title`);
    const given = `Cohost #k=${address.slice(address.indexOf('#k=') + 3).slice(0, 6)}…`;
    await press(hana, `Revoke: ${given}`);
    await press(hana, 'Revoke this link');
    await until('it is off the list', () => hana.page.$$eval('#given ~ ul li', (all) => all.length === 2));
    assert.ok(await hana.page.$eval('#given ~ ul', (list, given) => !list.textContent.includes(given), given));
    const late = await house.person('Lou', 'chromium');
    await late.page.goto(address, { waitUntil: 'load' });
    await late.find('textbox', 'Your name');
    assert.ok(await late.page.evaluate(() => !document.body.innerText.includes('You are a cohost')));
    await late.close();
    for (const person of [hana, cora]) {
      assert.deepEqual(await person.errors(), []);
      await person.close();
    }
  });
}
