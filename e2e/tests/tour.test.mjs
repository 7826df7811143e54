// A tour of the whole page at a desk and on a phone, in both languages and themes: every screen, and every menu, dialog and
// panel that opens on one. axe finds nothing anywhere.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { crowd, knock } from '../lib/crowd.mjs';
import { change, makeLink, makeRoom } from '../lib/host.mjs';
import { Inspector } from '../lib/inspector.mjs';
import { flag } from '../lib/looking.mjs';
import { Raw } from '../lib/raw.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { phones, touch } from '../lib/touch.mjs';

const passcode = 'blue otter';
let house;
let cast;
let carrier; // of clients without a page
before(async () => {
  house = await House.open();
  cast = await house.cast();
  carrier = await Raw.page(house);
});
after(() => house.close());

const focus = (page, selector) => page.$eval(selector, (element) => element.focus());

/** Home of somebody who has never been here, and a room that is being made. */
async function arriving(host) {
  await host.open('/', '#room');
  await host.look('Home at first');
  await host.write('#room', '///');
  await host.key('Enter');
  await host.sees('#room-wrong');
  await host.look('Home with a name that no room has');
  await host.press('rooms.make');
  await host.sees('dialog #room-name');
  await host.look('making a room', 'dialog');
  await host.write('#room-name', '///');
  await host.key('Enter');
  await host.sees('#room-name-wrong');
  await host.look('making a room that cannot be', 'dialog');
  await host.close('dialog');
}

async function lobby(host, { room, key }) {
  await host.lobby(room, key);
  await host.look('the lobby as host');
  await host.press('lobby.backdrop');
  await (await host.sees('dialog input[type=file]')).uploadFile(flag);
  await host.sees('dialog .own input:checked');
  await host.look('the lobby with a picture behind me');
  await host.close('dialog');
  await host.join();
  await host.look('a meeting alone');
  await host.key('v'); // axe looks at no pictures, and they keep the machine busy
}

/** Somebody without devices, who saves data, mistypes the passcode and is let in, and another who is turned away. */
async function door(host, guest, other, made) {
  await guest.page.evaluateOnNewDocument(() => {
    localStorage.setItem('noom.preferences', JSON.stringify({ quality: 'saver', receiveVideo: false }));
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
  });
  await guest.lobby(made.room);
  await guest.sees('.mirror > [role=alert]');
  await guest.look('a lobby without devices');
  await guest.ring('red otter');
  await guest.sees('#refusal');
  await guest.look('a wrong passcode');
  await guest.ring(passcode);
  await guest.misses('#name');
  await guest.look('waiting');
  const gone = await knock(house.server, made.room, ['Zoe'], passcode);
  await host.reads(host.say('knock.see'));
  await host.look('somebody at the door');
  await host.key('p');
  await host.sees('aside .admit');
  await host.look('people who wait', 'aside');
  gone();
  await host.page.waitForFunction(() => document.querySelectorAll('aside .admit').length === 1);
  await other.lobby(made.room);
  await other.ring(passcode);
  await other.misses('#name');
  await host.press('people.refuseName', { name: 'Otto' });
  await other.reads(other.say('left.askAgain'));
  await other.look('turned away');
  await other.press('left.askAgain');
  await other.sees('#refusal');
  await other.look('knocking too soon');
  await host.press('people.admit');
  await guest.inside();
  await guest.reads(guest.say('picture.saver'));
  await guest.reads(guest.say('picture.unseen'));
}

/** The people's panel: a search, somebody's menu, what it asks, what comes of it for them. */
async function people(host, guest) {
  await host.look('people', 'aside');
  await host.write('aside input[type=search]', 'nobody');
  await host.reads(host.say('people.none'));
  await host.look('nobody who is called so', 'aside');
  await host.write('aside input[type=search]', 'Gast');
  const act = async (what) => {
    await host.press('people.act', { name: 'Gast' });
    await host.sees('[role=menu]');
    if (!what) return;
    await host.press(`act.${what}`);
    await host.misses('[role=menu]');
  };
  await act();
  await host.look('what to do with somebody', '[role=menu]');
  await host.close('[role=menu]');
  for (const what of ['rename', 'handover', 'remove']) {
    await act(what);
    await host.sees('dialog');
    await host.look(`${what}, which asks`, 'dialog');
    await host.close('dialog');
  }
  await act('spotlight');
  await act('ask.microphone');
  await guest.reads(guest.say('asked.later'));
  await guest.look('a question of the host');
  await act('role.viewer');
  await guest.sees('[role=toolbar] [aria-disabled]');
  await guest.look('a meeting as a viewer');
  await host.press('people.lock');
  await host.reads(host.say('people.unlock'));
  await host.write('aside input[type=search]', '');
  await host.look('people, of whom one is shown to all', 'aside');
  await host.close('aside.sheet');
}

/** Every menu of the toolbar. */
async function menus(host, count) {
  const opens = '[role=toolbar] [aria-haspopup=menu]';
  const names = await host.page.$$eval(opens, (all) => all.filter((one) => one.checkVisibility()).map((one) => one.ariaLabel));
  assert.equal(names.length, count, names.join());
  for (const name of names) {
    await host.page.$eval(`${opens}[aria-label="${name}"]`, (button) => button.click());
    await host.sees('[role=menu]');
    await host.look(`the menu “${name}”`, '[role=menu]');
    await host.close('[role=menu]');
  }
}

/** Every dialog that the menus lead to. */
async function dialogs(host) {
  const open = async (key) => {
    await host.press('meeting.more');
    await host.press(key);
    await host.sees('dialog');
  };
  await open('more.settings');
  for (const tab of ['sound', 'picture', 'look', 'notices', 'shortcuts']) {
    await host.press(`settings.${tab}`);
    await host.page.waitForFunction((name) => document.querySelector('[aria-selected=true]').textContent.trim() === name, {}, host.say(`settings.${tab}`));
    await host.look(`the settings of ${tab}`, 'dialog');
  }
  await host.close('dialog');
  for (const key of ['more.shortcuts', 'people.controls', 'timer.title']) {
    await open(key);
    if (key === 'people.controls') await host.sees('dialog #room-passcode');
    await host.look(key, 'dialog');
    if (key === 'timer.title') await host.press('timer.start');
    else await host.key('Escape');
    await host.misses('dialog');
  }
  await open('timer.title');
  await host.look('a timer that runs', 'dialog');
  await host.close('dialog');
  await host.press('meeting.more');
  await host.press('statistics.title');
  await host.sees('.stage table');
  await host.look('statistics', '.stage');
  await host.press('common.close');
  await host.misses('.stage table');
  await host.press('meeting.more');
  await host.press('invite.copy');
  await host.sees('.notices p');
  await host.look('a notice, a lock and a timer');
}

/** The stage in all ways. */
async function stage(host, mina, robin) {
  const { page } = host;
  await focus(page, '.tile .actions button');
  await host.look('what to do with a tile', '.stage');
  await page.evaluate(() => document.activeElement.blur());
  await host.key('l');
  await host.sees('.tile:not(.main)');
  await host.look('who speaks is large', '.stage');
  await host.key('l');
  await mina.share();
  await host.sees('.tile.screen.main .lens');
  await host.look('a shared screen', '.stage');
  await robin.ask('publish', { track: 'screen', state: 'on' });
  await host.sees('.shares');
  await host.look('two shared screens', '.stage');
  await robin.ask('publish', { track: 'screen', state: 'off' });
  await mina.unshare();
  await host.misses('.tile.screen');
  await host.key('t');
  await host.sees('.covers');
  await host.look('a tidy stage');
  await host.key('t');
}

/** The chat with everything in it. */
async function chat(host, guest, robin, made) {
  const { page } = host;
  await host.key('c');
  await host.sees('[role=log]');
  await host.look('an empty chat', 'aside');
  const you = (await robin.ask('join', {})).participants.find(({ name }) => name === 'Kim');
  const first = await robin.ask('chat', { id: crypto.randomUUID(), text: '**bold** https://example.org and `code`' });
  const say = (text, more) => robin.ask('chat', { id: crypto.randomUUID(), text, ...more });
  await say('```js\nconst x = 1;\n```\n> quoted\n- one\n  - two\n1. three');
  await say('psst', { to: you.id, reply: first.seq });
  const gone = await say('a mistake');
  await robin.ask('chat_delete', { seq: gone.seq });
  const changed = await say('Monday');
  await robin.ask('chat_edit', { seq: changed.seq, text: 'Tuesday' });
  await say('', { file: (await robin.upload('notes.txt', [104, 105])).id });
  await say('', { file: (await robin.upload('flag.png', [...readFileSync(flag)])).id });
  await robin.ask('chat_react', { seq: first.seq, emoji: '🎉', on: true });
  await host.sees('article .picture:enabled');
  await host.look('a chat with everything in it', 'aside');
  await page.$eval('article .picture', (picture) => picture.click());
  await host.sees('dialog img');
  await host.look('a picture of the chat', 'dialog');
  await host.close('dialog');
  await focus(page, '[role=log] article');
  await host.sees('article [role=toolbar]');
  await host.look('what to do with a message', 'aside');
  await host.press('chat.react');
  await host.sees('article .emojis');
  await host.look('reacting to a message', 'aside');
  await host.key('Escape');
  await host.misses('article .emojis');
  await host.press('chat.reply');
  await host.look('an answer', 'aside');
  await host.press('chat.endReply');
  await focus(page, '[role=log] article');
  await host.press('chat.delete');
  await host.sees('dialog');
  await host.look('deleting a message, which asks', 'dialog');
  await host.press('chat.keep');
  await host.misses('dialog');
  await host.press('chat.options');
  await host.sees('aside section');
  await host.look('options of the chat', 'aside');
  await host.press('chat.options');
  await host.press('chat.emoji');
  await host.sees('aside form h3');
  await host.look('emoji', 'aside');
  await host.close('aside form h3');
  await page.$eval('aside select', (select) => {
    select.selectedIndex = 1;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await (await page.$('aside input[type=file]')).uploadFile(flag);
  await host.write('aside textarea', 'x'.repeat(4100));
  await host.sees('aside form .wrong');
  await host.look('a private message that is too long, with a file', 'aside');
  await host.close('aside.sheet');

  await change(house.server, made, { chat: 'hosts' });
  await guest.key('c');
  await guest.sees('aside [role=note]');
  await guest.look('a chat for hosts');
}

/** Somebody is banned, then the meeting is ended for all. */
async function ends(host, guest, { room }) {
  await host.key('p');
  await host.write('aside input[type=search]', 'Gast');
  await host.press('people.act', { name: 'Gast' });
  await host.press('act.ban');
  await host.press('sure.banDo');
  await guest.misses('[role=toolbar]');
  await guest.look('banned');
  await host.close('aside.sheet');
  await host.press('meeting.leave');
  await host.press('leave.end');
  await host.sees('dialog');
  await host.look('ending for all, which asks', 'dialog');
  await host.press('sure.endDo');
  await host.misses('[role=toolbar]');
  await host.look('after the end');
  await host.press('left.home');
  await host.sees('#room');
  await host.look('Home with a room of mine');
  await host.press('rooms.settings', { room });
  await host.sees('dialog #banned');
  await host.look('a room of mine', 'dialog');
  await host.page.$eval('#given ~ ul li:last-child button', (button) => button.click());
  await host.sees('#given ~ ul [role=group]');
  await host.look('taking a link back, which asks', 'dialog');
  await host.press('rooms.delete');
  await host.sees('dialog [role=alert]');
  await host.look('deleting it, which asks', 'dialog');
  await guest.press('left.home');
  await guest.sees('#recent');
  await guest.look('Home with a room of others');
}

const glasses = {
  'at a desk': { viewport: { width: 1280, height: 800 }, opens: 6 },
  'on a phone': { viewport: touch(phones['a phone']), opens: 2 },
};

for (const language of ['en', 'ko']) {
  for (const [where, { viewport, opens }] of Object.entries(glasses)) {
    test(`no screen has findings of axe, nor anything that opens on one (${where}, ${language})`, async (t) => {
      const made = await makeRoom(house.server, freshRoom(), { lobby: false });
      await makeLink(house.server, made, 'cohost');
      const everybody = [];
      for (const name of ['Kim', 'Gast', 'Otto']) everybody.push(await Inspector.sit(house, name, { language, viewport }));
      const [host, guest, other] = everybody;
      const found = () => everybody.flatMap((one) => one.found);
      try {
        await arriving(host);
        await lobby(host, made);
        const mina = await cast.enter({ room: made.room, name: 'Mina', seed: 22 });
        const robin = await Raw.join(carrier, made.room, 'Robin');
        await robin.ask('hand', { up: true });
        const others = await crowd(house.server, made.room, 7);
        await change(house.server, made, { lobby: true, passcode, share: 'hosts' });
        await door(host, guest, other, made);
        await people(host, guest);
        await menus(host, opens);
        await dialogs(host);
        await change(house.server, made, { share: 'all' });
        await stage(host, mina, robin);
        await chat(host, guest, robin, made);
        await ends(host, guest, made);
        others.leave();
        for (const { person } of everybody) assert.deepEqual(await person.errors(), []);
      } finally {
        t.diagnostic(`axe looked ${everybody.reduce((sum, { looks }) => sum + looks, 0)} times in each theme`);
        for (const one of found()) t.diagnostic(one); // whatever else went wrong
        for (const one of everybody) await one.leave();
      }
      assert.deepEqual(found(), []);
    });
  }
}
