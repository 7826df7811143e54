// The chat for hosts, by keyboard alone, and on the smallest screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { enterChat } from '../lib/chat.mjs';
import { change, makeRoom } from '../lib/host.mjs';
import { Raw } from '../lib/raw.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const log = (person) => person.page.$eval('[role=log]', ({ innerText }) => innerText);

/** Asks the server's REST, and gives the answer's body. */
const enter = (name, engine, room, options) => enterChat(house, name, engine, room, options);

for (const engine of names) {
  test(`${engine}: hosts delete what others wrote after a question, say who may write, and save it all as a text`, async () => {
    const room = freshRoom();
    const made = await makeRoom(house.server, room, { lobby: false });
    const host = await enter('Hana', engine, `${room}#k=${made.key}`);
    const guest = await enter('Gus', 'chromium', room);
    const field = await guest.find('textbox', 'Message');
    for (const text of ['one\nof two lines', 'unkind words']) {
      await field.evaluate((element) => element.focus());
      for (const line of text.split('\n')) {
        await field.type(line);
        await guest.page.keyboard.down('Shift');
        if (line !== text.split('\n').at(-1)) await guest.page.keyboard.press('Enter');
        await guest.page.keyboard.up('Shift');
      }
      await guest.page.keyboard.press('Enter');
    }
    await host.reads('unkind words');
    const article = (await host.page.$$('[role=log] article')).at(-1);
    const remove = async () => {
      await article.evaluate((element) => element.focus());
      await (await until('Delete', () => article.$('[aria-label=Delete]'))).evaluate((button) => button.click());
      return host.find('dialog', 'Delete this message by Gus?');
    };
    await remove();
    await host.click('button', 'Keep it');
    assert.match(await log(guest), /unkind words/);
    const dialog = await remove();
    await (await dialog.$$('button')).at(-1).evaluate((button) => button.click());
    await until('it is gone for both', async () => ![await log(host), await log(guest)].some((text) => text.includes('unkind words')));

    await change(house.server, made, { chat: 'hosts' });
    await guest.reads('Only hosts may write here now.');
    assert.equal(await guest.sees('textbox', 'Message'), false);
    assert.equal(await host.sees('textbox', 'Message'), true);
    await change(house.server, made, { chat: 'off' });
    await host.reads('The chat is switched off.');
    await change(house.server, made, { chat: 'all' });
    await guest.find('textbox', 'Message');

    await guest.click('button', 'Chat options');
    assert.equal(await guest.sees('button', 'Save the chat as a text'), false, 'that is for hosts');
    await host.click('button', 'Chat options');
    const saved = host.page.evaluate(
      () => new Promise((resolve) => {
        const native = URL.createObjectURL;
        URL.createObjectURL = (content) => (void content.text().then(resolve), native.call(URL, content));
        HTMLAnchorElement.prototype.click = () => undefined; // the test keeps it instead
      }),
    );
    await host.click('button', 'Save the chat as a text');
    const text = await saved;
    assert.match(text, new RegExp(`^Chat of ${room}, saved on `));
    assert.match(text, /Gus: one\r\n {4}of two lines\r\n/);
    assert.match(text, /Gus: This message was deleted\./);
    for (const person of [host, guest]) assert.deepEqual(await person.errors(), []);
    await host.close();
    await guest.close();
  });

  test(`${engine}: by keyboard alone: choose a person, write, walk through messages, react, answer, and hear of it`, async () => {
    const room = freshRoom();
    const page = await Raw.page(house);
    const raw = await Raw.join(page, room, 'Robin');
    const person = await enter('Kim', engine, room);
    const { keyboard } = person.page;
    for (const at of [1, 2, 3]) await raw.ask('chat', { id: `k${at}`, text: `line **${at}**` });
    await person.reads('line 3');
    const said = () => person.page.$$eval('[role=status]', (all) => all.map(({ textContent }) => textContent).join('\n'));
    await until('they are announced', async () => /Robin: line|3 new messages/.test(await said()));
    const focused = () => person.page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.tagName);
    await until('the field has the focus', async () => (await focused()) === 'Message');
    const back = async (presses) => {
      for (let at = 0; at < presses; at++) {
        await keyboard.down('Shift');
        await keyboard.press('Tab');
        await keyboard.up('Shift');
      }
    };
    await back(1);
    assert.equal(await person.page.evaluate(() => document.activeElement.tagName), 'SELECT', 'before the field is whom it is for');
    await back(1);
    await until('the newest message has the focus', async () => /line 3/.test(await focused()));
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowUp');
    assert.match(await focused(), /^Robin, .*, line 1$/);
    await keyboard.press('Tab');
    assert.equal(await focused(), 'React');
    await keyboard.press('Enter');
    await until('emoji', async () => (await focused()) === 'React with 👍');
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter');
    await person.find('button', '👏 1: You');
    assert.match(await focused(), /line 1$/, 'the focus is where it was');
    await keyboard.press('Tab');
    assert.equal(await focused(), '👏 1: You');
    await keyboard.press('Tab');
    await keyboard.press('ArrowRight');
    assert.equal(await focused(), 'Reply');
    await keyboard.press('Enter');
    await until('the field has the focus', async () => (await focused()) === 'Message');
    await keyboard.type('to line one');
    await keyboard.press('Enter');
    await until('it is sent', async () => raw.ask('history', { before: 1e9, limit: 1 }).then(({ chat }) => chat[0]?.text === 'to line one' && chat[0].reply > 0));

    await raw.ask('chat', { id: 'p', text: 'only you', to: raw.joined.participants.concat((await raw.ask('join', {})).participants).find(({ name }) => name === 'Kim').id });
    await until('it is announced as private', async () => (await said()).includes('Robin, privately: only you'));
    await page.close();
    await person.close();
  });
}

for (const language of ['en', 'ko']) {
  test(`nothing breaks at 320 px in a chat with everything in it (${language})`, async () => {
    const room = freshRoom();
    const page = await Raw.page(house);
    const raw = await Raw.join(page, room, 'A name with 40 letters, which is longest');
    const person = await house.person('Kim', 'chromium', { language, viewport: { width: 320, height: 640 } });
    await person.page.goto(`${house.server.url}/r/${room}`, { waitUntil: 'load' });
    await (await person.page.waitForSelector('input#name')).type('Kim');
    await person.page.$eval('form button[type=submit]', (button) => button.click());
    await person.page.waitForSelector('[role=toolbar]');
    await person.page.keyboard.press('c');
    await person.page.waitForSelector('form textarea');
    const you = (await raw.ask('join', {})).participants.find(({ name }) => name === 'Kim');
    const first = await raw.ask('chat', { id: '1', text: `${'W'.repeat(300)} https://example.org/${'path/'.repeat(60)}` });
    await raw.ask('chat', { id: '2', text: '```js\n' + 'const x = 1; '.repeat(40) + '\n```\n> quoted\n- one\n  - two\n1. three\n`' + 'c'.repeat(200) + '`' });
    await raw.ask('chat', { id: '3', text: 'psst', to: you.id, reply: first.seq });
    await raw.upload(`${'n'.repeat(100)}.txt`, [104, 105]).then(({ id }) => raw.ask('chat', { id: '4', text: '', file: id }));
    await raw.ask('chat_react', { seq: first.seq, emoji: '🎉', on: true });
    await person.page.waitForFunction(() => document.querySelectorAll('[role=log] article').length === 4);
    await person.page.$eval('[role=log] article', (element) => element.focus());
    await person.page.waitForSelector('article [role=toolbar]');
    const wide = await person.page.evaluate(() =>
      [...document.querySelectorAll('aside *')]
        .filter((element) => !element.closest('pre, select, [class*=unseen]') && getComputedStyle(element.parentElement).textOverflow !== 'ellipsis')
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 80)));
    assert.deepEqual(wide, []);
    assert.equal(await person.page.evaluate(() => document.documentElement.scrollWidth), 320);
    await page.close();
    await person.close();
  });
}
