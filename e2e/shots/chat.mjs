// The chat and all that may stand in it: empty, formats, replies, reactions, files, what only one reads, what is new.
import { rmSync, writeFileSync } from 'node:fs';
import { makeRoom } from '../lib/host.mjs';
import { Raw } from '../lib/raw.mjs';
import { until } from '../lib/server.mjs';
import { pause } from '../lib/viewer.mjs';
import { Wire } from '../lib/wire.mjs';
import { Company, languages } from './people.mjs';

export async function chat(set) {
  const { house, language, album } = set;
  const words = languages[language];
  const made = await makeRoom(house.server, `${words.room}-6`, { lobby: false });
  const viewer = await set.viewer();
  await viewer.lobby(made.room, made.key);
  await viewer.join();
  const company = new Company(await set.cast(), language, made.room, { close: 0 });
  const all = await company.fill(4);
  const [other, third] = company.people;
  const write = async (text) => {
    await (await viewer.sees('textarea')).type(text);
    await viewer.key('Enter');
    await viewer.reads(text.slice(0, 12));
  };
  /** The last message that has this in it, with its bar. */
  const choose = async (text) => {
    // Focused anew: a window that has changed its size meanwhile has let go of the bar.
    await viewer.page.evaluate((part) => {
      document.activeElement.blur();
      [...document.querySelectorAll('[role=log] article')].findLast((one) => one.ariaLabel.includes(part)).focus();
    }, text);
    await viewer.sees('[role=log] article [role=toolbar]');
  };

  await viewer.key('c');
  await viewer.sees('textarea');
  await viewer.shoot('chat-empty', { people: all });
  const { seq } = await other.say(words.formatted);
  await viewer.sees('[role=log] pre');
  await third.ask('chat_react', { seq, emoji: '👏', on: true });
  await third.say(words.answer, { reply: seq });
  await viewer.reads(words.answer);
  await choose(words.answer);
  await viewer.shoot('chat-formatted');
  await choose(words.answer);
  await viewer.press('chat.react');
  await viewer.shoot('chat-react', { on: 'desktop' });
  await viewer.press('chat.reactWith', { emoji: '🎉' });
  await choose(words.answer);
  await viewer.press('chat.reply');
  await write(words.chat[3]);
  await choose(words.chat[3]);
  await viewer.press('chat.reply');
  await viewer.shoot('chat-reply');
  await viewer.press('chat.endReply');

  await write(words.wrong);
  await viewer.key('ArrowUp');
  await viewer.sees('form');
  await viewer.shoot('chat-edit');
  await viewer.page.$eval('textarea', (field) => field.select());
  await viewer.page.keyboard.type(words.right);
  await viewer.key('Enter');
  await viewer.reads(words.right);
  await choose(words.answer);
  await viewer.press('chat.delete');
  await viewer.sees('dialog');
  await viewer.shoot('chat-delete');
  await viewer.page.$eval('dialog .danger', (button) => button.click());
  await viewer.reads(viewer.say('chat.deleted'));
  await viewer.shoot('chat-deleted');

  await files(viewer, album);
  await other.say(words.secret, { to: await id(other, words.names[0]) });
  await viewer.reads(words.secret);
  await viewer.page.$eval('form select', (select, name) => {
    select.value = [...select.options].find(({ text }) => text === name).value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }, words.names[1]);
  await viewer.shoot('chat-private');

  await viewer.press('chat.options');
  await viewer.shoot('chat-options');
  await viewer.close('aside.sheet');
  for (const text of words.late) await other.say(text);
  await until('they are counted', () => viewer.page.$('[role=toolbar] .badge.strong'));
  await viewer.shoot('chat-badge', { people: all });
  await dragged(viewer, all);
  await viewer.key('c');
  await viewer.reads(words.late[1]);
  await viewer.shoot('chat-unread');
  await long(set, viewer);
  await set.cleared(viewer);
}

/** A file held over the meeting. */
async function dragged(viewer, people) {
  const file = `${viewer.album.folder}/notes.txt`;
  writeFileSync(file, 'notes');
  const drag = (type) => viewer.devtools.send('Input.dispatchDragEvent', { type, x: 500, y: 300, data: { items: [], files: [file], dragOperationsMask: 1 } });
  await drag('dragEnter');
  await drag('dragOver');
  await viewer.reads(viewer.say('chat.drop'));
  await viewer.shoot('file-drop', { people, on: 'desktop' });
  // The driver's own cancel tells the page nothing.
  await viewer.page.evaluate(() => document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true })));
  rmSync(file);
}

/** A chat of hundreds of messages while it is saved. */
async function long({ house, language }, viewer) {
  const words = languages[language];
  const made = await makeRoom(house.server, `${words.room}-9`, { lobby: false });
  const page = await Raw.page(house);
  const all = await Promise.all(words.names.map((name) => Raw.join(page, made.room, name)));
  const lines = [...words.chat, words.answer, words.right, ...words.late];
  const burst = 20; // what each may say at once
  for (let said = 0; said < 2 * burst; said++) {
    if (said === burst) await pause(2100); // and again
    await Promise.all(all.map((raw, at) => raw.ask('chat', { id: `${at}-${said}`, text: lines[(said + at) % lines.length] })));
  }
  await Promise.all(all.map((raw) => raw.ask('leave', {})));
  await page.browserContext().close();

  await viewer.lobby(made.room, made.key);
  await viewer.join();
  await viewer.key('c');
  await viewer.sees('textarea');
  await (await Wire.of(viewer.page)).hold('history', 2);
  await viewer.press('chat.options');
  await viewer.press('chat.export');
  await viewer.reads(viewer.say('chat.exported', { count: 400 }));
  await viewer.shoot('chat-saving');
}

const id = async (asker, name) => (await asker.ask('join')).participants.find((one) => one.name === name).id;

/** A picture attached, on its way, and shown. */
async function files(viewer, album) {
  const { page } = viewer;
  const picture = `${album.folder}/chart.png`;
  await page.screenshot({ path: picture, clip: { x: 40, y: 40, width: 720, height: 480 } });
  await (await page.$('form input[type=file]')).uploadFile(picture);
  await viewer.sees('form ul img');
  await viewer.shoot('chat-attached');
  await page.evaluate(() => {
    const native = window.fetch;
    const held = new Promise((go) => (window.goOn = go));
    window.held = 0;
    window.fetch = async (where, init) => {
      if (init?.method === 'PATCH') await (window.held++, held);
      return native(where, init);
    };
  });
  await page.focus('textarea');
  await viewer.key('Enter');
  await until('its way is held up', () => page.evaluate(() => window.held > 0));
  await viewer.sees('[role=log] progress');
  await viewer.shoot('chat-uploading');
  await page.evaluate(() => window.goOn());
  // Only what is in sight is drawn.
  const end = async () => {
    await page.$eval('[role=log]', (log) => log.scrollTo(0, log.scrollHeight));
    await viewer.sees('[role=log] button img[src^=blob]');
  };
  await end();
  rmSync(picture);
  await viewer.shoot('chat-picture', { before: end });
  await end();
  await page.$eval('[role=log] button:has(img)', (button) => button.click());
  await viewer.sees('dialog img');
  await viewer.shoot('chat-picture-large');
  await viewer.close('dialog');
}
