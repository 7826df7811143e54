// What people write to one another: to all and to one, answered, changed, found again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { enterChat } from '../lib/chat.mjs';
import { Raw } from '../lib/raw.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const enter = (name, engine, room, options) => enterChat(house, name, engine, room, options);

const log = (person) => person.page.$eval('[role=log]', (element) => element.innerText);
/** The message that has this in it, as a handle; waits for it. */
const message = (person, text) =>
  until(`${person.name} reads “${text}”`, async () => {
    const handle = await person.page.evaluateHandle(
      (wanted) => {
        const said = (one) => one.innerText.replace(one.querySelector('[aria-label^="Show what this answers"]')?.innerText ?? '', '');
        return [...document.querySelectorAll('[role=log] article')].findLast((one) => said(one).includes(wanted)) ?? null;
      },
      text,
    );
    return handle.asElement();
  });

async function say(person, text) {
  const field = await person.page.waitForSelector('form textarea');
  await field.focus();
  await field.type(text);
  await person.page.keyboard.press('Enter');
}

/** Presses a button of a message's bar, which comes with the focus. */
async function act(person, text, label) {
  const article = await message(person, text);
  await article.evaluate((element) => element.focus());
  const button = await until(`a button ${label}`, () => article.$(`[role=toolbar] button[aria-label="${label}"]`));
  await button.evaluate((element) => element.click());
}

const choose = (person, name) =>
  person.page.$eval(
    'form select',
    (select, wanted) => {
      select.value = [...select.options].find(({ text }) => text === wanted).value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    },
    name,
  );

for (const [at, engine] of names.entries()) {
  const other = names[(at + 1) % names.length];

  test(`${engine}: formatted, answered, reacted to, changed and deleted`, async () => {
    const room = freshRoom();
    const alice = await enter('Alice', engine, room);
    const bob = await enter('Bob', other, room);
    await say(alice, 'hello **all**, see https://example.org/a_b');
    const first = await message(bob, 'hello all');
    assert.equal(await first.$eval('strong', (one) => one.textContent), 'all');
    assert.equal(await first.$eval('a', (one) => one.href), 'https://example.org/a_b');

    await act(bob, 'hello all', 'Reply');
    await bob.find('button', 'Do not reply');
    await until('the field has the focus', () => bob.page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'));
    await say(bob, 'hi Alice');
    const answer = await message(alice, 'hi Alice');
    await answer.$eval('button[aria-label^="Show what this answers"]', (one) => one.click());
    await until('the quoted message has the focus', () => alice.page.evaluate(() => document.activeElement?.innerText.includes('hello all')));

    await act(bob, 'hello all', 'React');
    await (await bob.find('button', 'React with 🎉')).evaluate((one) => one.click());
    await until('Alice sees it', async () => (await (await message(alice, 'hello all')).$$('button[title^="🎉 1: Bob"]')).length === 1);
    await (await alice.find('button', '🎉 1: Bob')).evaluate((one) => one.click());
    await until('Bob sees two', async () => (await (await message(bob, 'hello all')).$$('button[aria-pressed=true][title^="🎉 2"]')).length === 1);

    // The arrow key in the empty field changes what was said last; Escape leaves it as it was.
    const field = await alice.page.$('form textarea');
    await field.focus();
    await alice.page.keyboard.press('ArrowUp');
    await until('the message is in the field', () => field.evaluate(({ value }) => value.startsWith('hello **all**')));
    await alice.page.keyboard.press('Escape');
    assert.equal(await field.evaluate(({ value }) => value), '');
    await alice.page.keyboard.press('ArrowUp');
    await alice.page.keyboard.press('End');
    await field.type(' and more');
    await alice.page.keyboard.press('Enter');
    await until('Bob reads the change', async () => /and more[\s\S]*\(edited\)/.test(await (await message(bob, 'hello all')).evaluate((one) => one.innerText)));

    await act(alice, 'hello all', 'Delete');
    await until('it is gone for Bob', async () => (await log(bob)).includes('This message was deleted.') && !(await log(bob)).includes('hello all'));
    const strange = await message(alice, 'hi Alice');
    await strange.evaluate((one) => one.focus());
    assert.equal(await strange.$('[role=toolbar] button[aria-label=Delete]'), null, 'what others wrote is theirs');
    for (const person of [alice, bob]) assert.deepEqual(await person.errors(), []);
    await alice.close();
    await bob.close();
  });

  test(`${engine}: a private message and its answer reach one person, and both see that it is private`, async () => {
    const room = freshRoom();
    const alice = await enter('Alice', engine, room);
    const bob = await enter('Bob', other, room);
    const cleo = await enter('Cleo', 'chromium', room);
    await until('Alice can choose Bob', () => alice.page.$$eval('form option', (all) => all.some(({ text }) => text === 'Bob')));
    await choose(alice, 'Bob');
    await alice.find('textbox', 'Private message to Bob');
    await say(alice, 'between us');
    await message(bob, 'between us');
    assert.match(await log(bob), /Private, for you/);
    assert.match(await log(alice), /Private, for Bob/);

    await act(bob, 'between us', 'Reply');
    await bob.find('textbox', 'Private message to Alice');
    assert.equal(await bob.page.$eval('form select', ({ disabled }) => disabled), true, 'an answer stays private');
    await say(bob, 'not a word');
    await message(alice, 'not a word');

    // Whom it is for stays: nothing goes to everybody unless one says so.
    await say(bob, 'still between us');
    await message(alice, 'still between us');
    await choose(alice, 'Everybody');
    await say(alice, 'for all');
    await message(cleo, 'for all');
    assert.doesNotMatch(await log(cleo), /between us|not a word/);
    await cleo.page.reload();
    await cleo.find('toolbar', 'Meeting controls');
    if (!(await cleo.sees('log', 'Chat messages'))) await cleo.click('button', 'Chat');
    await message(cleo, 'for all');
    assert.doesNotMatch(await log(cleo), /between us|not a word/);

    // Who has gone gets nothing, and nobody else gets it instead.
    await choose(alice, 'Bob');
    await bob.leave();
    await bob.close();
    await alice.reads('Bob is not here now');
    assert.equal(await alice.page.$eval('form button[type=submit]', ({ disabled }) => disabled), true);
    await alice.close();
    await cleo.close();
  });

  test(`${engine}: latecomers page back through history and stay where they read; a reload keeps the unread line`, async () => {
    const room = freshRoom();
    const attackers = await Raw.page(house);
    const raws = [];
    for (const name of ['Rhea', 'Ravi', 'Rosa', 'Remy', 'Runa', 'Rolf']) raws.push(await Raw.join(attackers, room, name));
    const raw = raws[0];
    const many = 330;
    for (let at = 0; at < many; at++) {
      const said = { id: `m${at}`, text: `message number ${at}.` };
      // In turn: each may say ten a second.
      await until(said.text, async () => (await raws[at % raws.length].ask('chat', said)).ok, { every: 200 });
    }
    const alice = await enter('Alice', engine, room);
    await message(alice, `message number ${many - 1}.`);
    const counted = () => alice.page.$$eval('[role=log] article', (all) => all.length);
    assert.ok((await counted()) <= 120, 'the end is drawn at first');

    const box = await alice.page.$('[role=log]');
    while (!(await log(alice)).includes('message number 0.')) {
      // What stood at the top stands where it stood, with what is older above it.
      const top = await box.evaluate((element) => {
        element.scrollTop = 1;
        const line = element.getBoundingClientRect().top;
        const all = [...element.querySelectorAll('article')];
        const first = all.find((one) => one.getBoundingClientRect().top >= line);
        return { oldest: all[0].dataset.seq, seq: first.dataset.seq, at: first.getBoundingClientRect().top - line };
      });
      await until('older ones are drawn', () => box.$eval('article', (one, oldest) => Number(one.dataset.seq) < Number(oldest), top.oldest));
      const now = await box.evaluate(
        (element, seq) => element.querySelector(`[data-seq="${seq}"]`).getBoundingClientRect().top - element.getBoundingClientRect().top,
        top.seq,
      );
      assert.ok(Math.abs(now - top.at) <= 8, `it moved by ${now - top.at} px`);
    }
    assert.ok((await counted()) <= 320, 'not all is drawn at once');
    await alice.click('button', 'Newest messages');
    await until('the end is there', async () => (await log(alice)).includes(`message number ${many - 1}.`));
    await box.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await alice.click('button', 'Close');
    await raw.ask('chat', { id: 'late', text: 'while you were away' });
    await alice.find('button', 'Chat');
    await until('a badge', () => alice.page.$eval('[role=toolbar]', (bar) => bar.innerText.includes('1')));
    await alice.page.reload();
    await alice.click('button', 'Chat');
    await message(alice, 'while you were away');
    await until('the unread line', () => alice.page.$('[data-unread]'));
    await attackers.close();
    await alice.close();
  });
}

test('2 000 messages: opening, writing and receiving stay fluid', async () => {
  const room = freshRoom();
  const person = await house.person('Alice', 'chromium');
  await person.page.evaluateOnNewDocument(() => {
    const Native = window.WebSocket;
    window.WebSocket = class extends Native {
      constructor(...args) {
        super(...args);
        window.socket = this;
      }
    };
    let number = 1_000_000;
    window.serverSays = (event, data) =>
      window.socket.dispatchEvent(new MessageEvent('message', { data: `42/meet,${JSON.stringify([event, data, ++number])}` }));
  });
  await person.join(house.server, room);
  const { page } = person;
  const figures = await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const timed = async (what) => {
      const start = performance.now();
      await what();
      await frame();
      return performance.now() - start;
    };
    const from = { id: 'x', name: 'Xavi', who: 'w' };
    const text = 'Some **bold** words, `code`, and https://example.org to read. ';
    const one = (seq) => ({ message: { id: `m${seq}`, seq, from: { ...from, who: `w${seq % 7}` }, text: text.repeat(1 + (seq % 5)), at: seq * 60_000 } });
    for (let seq = 1; seq <= 2000; seq++) window.serverSays('chat', one(1e6 + seq));
    await frame();
    const open = await timed(async () => {
      document.querySelector('[role=toolbar] button[aria-label^="Chat"]').click();
      while (!document.querySelector('[role=log] article')) await frame();
    });
    // Back to the first message, and then it goes on.
    const log = document.querySelector('[role=log]');
    const oldest = () => Number(document.querySelector('[role=log] article').dataset.seq) - 1e6;
    for (let round = 0; oldest() > 1 && round < 100; round++) {
      log.scrollTop = 0;
      await frame();
      await frame();
    }
    const first = oldest();
    const drawn = document.querySelectorAll('[role=log] article').length;
    const receive = [];
    for (let seq = 2001; seq <= 2020; seq++) receive.push(await timed(() => window.serverSays('chat', one(1e6 + seq))));
    const field = document.querySelector('textarea');
    const type = [];
    for (let letter = 0; letter < 20; letter++) {
      type.push(await timed(() => (field.value += 'x', field.dispatchEvent(new Event('input', { bubbles: true })))));
    }
    const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
    return { open, first, drawn, receive: median(receive), type: median(type) };
  });
  console.log(`2 000 messages: open ${figures.open.toFixed(0)} ms, one more ${figures.receive.toFixed(0)} ms, a letter ${figures.type.toFixed(0)} ms`);
  assert.equal(figures.first, 1, 'one can go back to the first');
  assert.ok(figures.drawn <= 400, `${figures.drawn} are drawn at once`);
  assert.ok(figures.open < 1000, `opening takes ${figures.open} ms`);
  assert.ok(figures.receive < 100, `one more takes ${figures.receive} ms`);
  assert.ok(figures.type < 100, `a letter takes ${figures.type} ms`);
  await person.close();
});
