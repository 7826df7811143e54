// What people write stays text, wherever they may write: names, chat, names of files and rooms, labels of devices.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { payloads } from '../lib/payloads.mjs';
import { Raw } from '../lib/raw.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const longestName = 40;
const fits = payloads.filter((text) => [...text].length <= longestName);

/** Runs in the page before its own scripts: notes what runs that should not, and lets the test speak for the server. */
function watch(labels) {
  window.ran = [];
  for (const name of ['xss', 'alert', 'confirm', 'prompt', 'print', 'open']) {
    window[name] = (...args) => void window.ran.push(`${name}(${args})`);
  }
  const Native = window.WebSocket;
  const sockets = [];
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      sockets.push(this);
    }
  };
  let number = 1_000_000; // far beyond what the server has counted
  window.serverSays = (event, data) =>
    sockets.at(-1).dispatchEvent(new MessageEvent('message', { data: `42/meet,${JSON.stringify([event, data, ++number])}` }));
  const { mediaDevices } = navigator;
  const listed = mediaDevices.enumerateDevices.bind(mediaDevices);
  mediaDevices.enumerateDevices = async () => {
    const kinds = ['audioinput', 'videoinput', 'audiooutput'];
    const invented = labels.map((label, at) => ({ deviceId: `x${at}`, groupId: `x${at}`, kind: kinds[at % 3], label }));
    return [...(await listed()), ...invented];
  };
}

/** What stands in the page that never may: elements that run or load, handlers, addresses that run. */
function audit() {
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    const tag = element.localName;
    const own = tag === 'script' ? new URL(element.src, location).origin === location.origin && !element.closest('#app') : false;
    if (!own && /^(script|iframe|object|embed|base|template|marquee|math|link|meta|style|xss|x|isindex|frame)$/.test(tag) && element.closest('body')) {
      found.push(`<${tag}>`);
    }
    for (const { name, value } of element.attributes) {
      if (/^on/.test(name)) found.push(`${tag} ${name}`);
      if (name === 'style' && /url\(/.test(value)) found.push(`${tag} style ${value}`);
      if (/^(href|src|srcset|poster|action|formaction|data|ping|xlink:href|srcdoc)$/.test(name)) {
        const { protocol, origin } = new URL(value, location);
        const fine = tag === 'a' ? /^https?:$/.test(protocol) : protocol === 'blob:' || origin === location.origin;
        if (!fine) found.push(`${tag} ${name}=${value}`);
      }
    }
  }
  return found;
}

async function harmless(person, where) {
  await person.page.evaluate(() => new Promise((done) => setTimeout(done, 300))); // handlers of loads run later
  const { page } = person;
  assert.deepEqual(await page.evaluate(() => window.ran), [], `${where}: scripts ran`);
  assert.deepEqual(await page.evaluate(() => window.observed.errors), [], `${where}: reports and errors`);
  assert.deepEqual(await page.evaluate(audit), [], `${where}: elements`);
}

const letters = (text) => text.replace(/\s+/g, '');
const seen = (person, selector) => person.page.$$eval(selector, (all) => all.map((one) => one.textContent));

/** Draws the whole chat, a part at a time, and gives all that is read in it. */
async function everything(person) {
  const log = await person.page.$('[role=log]');
  // The button that leads further back goes when there is no more.
  const state = () => log.evaluate((element) => ({
    oldest: Number(element.querySelector('article').dataset.seq),
    more: element.querySelector('button').innerText === 'Show older messages',
    busy: element.querySelector('[aria-busy=true]') !== null,
  }));
  const parts = [];
  for (;;) {
    parts.push(await log.evaluate((element) => element.textContent));
    const before = await state();
    await harmless(person, `chat from ${before.oldest} on`);
    if (!before.more) return parts.join('');
    await log.evaluate((element) => (element.scrollTop = 0));
    await until('older messages', () => state().then(({ oldest, more, busy }) => !busy && (oldest < before.oldest || !more)));
  }
}

test(`${payloads.length} payloads in every field: nothing runs, nothing is reported`, async () => {
  const room = freshRoom();
  const victim = await house.person('<img src=x onerror=alert(1)>', 'chromium');
  const { page } = victim;
  const dialogs = [];
  page.on('dialog', (dialog) => (dialogs.push(dialog.message()), void dialog.dismiss()));
  await page.evaluateOnNewDocument(watch, payloads);

  // The lobby: labels of devices, the names of who is inside.
  const attackers = await Raw.page(house);
  const raws = [];
  for (const name of fits.slice(0, 24)) raws.push(await Raw.join(attackers, room, name));
  await victim.arrive(house.server, room);
  await until('the labels are in the pickers', async () => letters((await seen(victim, 'option')).join('')).includes(letters(payloads[99])));
  await harmless(victim, 'lobby');

  // A second client that is no page, with all that the server lets pass: names, messages.
  await victim.join(house.server, room);
  await page.keyboard.press('c');
  await victim.find('log', 'Chat messages');
  let stored = 0;
  for (let from = 0; from < payloads.length; from += raws.length) {
    // A few at a time: a room's chat takes some dozens at once.
    const round = payloads.slice(from, from + raws.length);
    const said = await Promise.all(round.map((text, at) => raws[at].ask('chat', { id: `${from}-${at}`, text })));
    stored += said.filter(({ ok }) => ok).length;
  }
  assert.ok(stored >= 100, `${stored} messages are stored`);
  const files = await Promise.all(raws.map(async (raw, at) => {
    const { id } = await raw.upload(payloads[3 * at], [60, 115, 118, 103, 62]);
    return id && raw.ask('chat', { id: `file-${at}`, text: '', file: id });
  }));
  assert.ok(files.filter((answer) => answer?.ok).length >= 20, 'files are stored');
  await until('the last are in the log', async () => letters((await seen(victim, '[role=log] article')).join('')).includes(letters(payloads.at(-1))));
  await everything(victim);
  await harmless(victim, 'chat of a raw client');

  // And with all that it would never let pass, as if the server itself had been taken over.
  const you = raws[0] && (await raws[0].ask('join', {})).participants.find(({ name }) => name.startsWith('<img src=x onerror=alert'));
  await page.evaluate((all, me) => {
    const say = window.serverSays;
    const tracks = { microphone: 'on', camera: 'off', screen: 'off', 'screen-audio': 'off' };
    if (me) say('updated', { participant: { ...me, role: 'host', who: me.who ?? '' } });
    all.forEach((text, at) => {
      const id = `evil${at}`;
      const from = { id, name: text, who: id };
      say('joined', { participant: { id, seat: 1000 + at, name: text, role: 'speaker', who: id, hand: at + 1, away: at % 5 === 0, joinedAt: at,
        tracks: { ...tracks, screen: at % 40 === 0 ? 'on' : 'off' } } });
      const file = { id: text, name: text, size: 5, type: at % 2 ? 'image/png' : 'application/octet-stream' };
      say('chat', { message: { id: text, seq: 1e6 + 2 * at, from, text, at: Date.now(), reply: at ? 1e6 + 2 * at - 2 : undefined, file,
        reactions: [{ emoji: '🎉', by: [id, text] }] } });
      say('chat', { message: { id: `${text}-`, seq: 1e6 + 2 * at + 1, from, text: `**${text}** and ${text}`, at: Date.now(), to: from } });
    });
    say('waiting', { waiting: all.map((text, at) => ({ id: `wait${at}`, name: text, since: at })) });
    say('asked', { by: { id: 'evil1', name: all[1] }, track: 'microphone' });
    say('silenced', { by: { id: 'evil2', name: all[2] }, track: 'camera' });
    say('reactions', { reactions: all.slice(0, 30).map((_, at) => ({ id: `evil${at}`, emoji: '👏' })) });
    say('speaker', { speaking: ['evil3', 'evil4'] });
    say('meeting', { meeting: { locked: true, spotlight: ['evil5'], timer: { endsAt: Date.now() + 60_000, seconds: 60 }, startedAt: 1 } });
  }, payloads, you);
  const text = letters(await everything(victim));
  // But what is a list's or another form's sign, and is drawn as such.
  const bare = payloads.filter((payload) => !/^(-|\d+\.) /.test(payload));
  const missing = bare.filter((payload) => /^[\x21-\x29\x2b-\x5b\x5d\x61-\x7a]+$/.test(letters(payload)) && !text.includes(letters(payload)));
  assert.deepEqual(missing, [], 'all of it is read as it was written');

  // Everything that shows a name or a message again: quotations, bars, editors, people, tiles, devices, notices.
  await page.$$eval('[role=log] article button', (buttons) => buttons.slice(0, 60).forEach((button) => button.click()));
  await harmless(victim, 'clicks in the chat');
  for (const dialog of await page.$$('dialog[open]')) await dialog.evaluate((element) => element.dispatchEvent(new Event('cancel', { cancelable: true })));
  const articles = await page.$$('[role=log] article');
  for (const article of articles.slice(-3)) {
    await article.evaluate((element) => element.focus());
    await article.$$eval('[role=toolbar] button', (buttons) => buttons.at(1)?.click());
    await harmless(victim, 'answering');
  }
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('p');
  await until('people are listed', async () => letters((await seen(victim, 'aside')).join('')).includes(letters(fits[50])));
  await harmless(victim, 'people');
  for (const label of ['Sound devices', 'Video devices']) {
    if (!(await victim.sees('button', label))) continue;
    await victim.click('button', label);
    await harmless(victim, label);
    await page.keyboard.press('Escape');
  }

  // The names of rooms: in the address, typed, remembered.
  for (const payload of payloads) {
    await page.evaluate((name) => {
      try {
        history.pushState(null, '', `/r/${encodeURIComponent(name)}`);
      } catch {
        return; // no address can be made of it
      }
      window.dispatchEvent(new PopStateEvent('popstate'));
    }, payload);
  }
  await harmless(victim, 'rooms in the address');
  await page.evaluate((all) => {
    const kept = JSON.parse(localStorage.getItem('noom.preferences'));
    localStorage.setItem('noom.preferences', JSON.stringify({ ...kept, recentRooms: all.slice(0, 8).map((name, at) => ({ name, at })) }));
    localStorage.setItem('noom.links', JSON.stringify(all.map((room, at) => ({ room, key: 'x', at }))));
  }, payloads.filter((name) => !/[\s/]/.test(name)));
  await page.goto(house.server.url);
  const field = await victim.find('textbox', 'Room name');
  for (const payload of payloads) {
    await field.evaluate((input, name) => {
      input.value = name;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.form.requestSubmit();
    }, payload);
    if (new URL(page.url()).pathname !== '/') {
      await page.goto(house.server.url);
      break; // it is a room's name
    }
  }
  await harmless(victim, 'rooms that are typed');
  assert.deepEqual(dialogs, []);

  // The watch is awake: what would be found is found.
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="/x" onerror="xss()"><a href="javascript:xss()">x</a>');
    window.xss();
  });
  await until('a report', () => page.evaluate(() => window.observed.errors.length > 0));
  assert.equal((await page.evaluate(() => window.ran)).length, 1);
  assert.deepEqual(await page.evaluate(audit), ['img onerror', 'a href=javascript:xss()']);
  await victim.close();
});
