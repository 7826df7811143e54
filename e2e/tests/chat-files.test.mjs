// Files in the chat: pictures that are shown, others that are downloaded, large ones over a bad line.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { names } from '../lib/browsers.mjs';
import { enterChat } from '../lib/chat.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
const folder = mkdtempSync(join(tmpdir(), 'noom-files-'));
before(async () => (house = await House.open()));
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

function file(name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Bytes that no compression shortens and whose order matters. */
const noise = (size) => Buffer.from(Array.from({ length: size / 32 }, (_, at) => createHash('sha256').update(String(at)).digest('hex').slice(0, 32)).join(''));

/** A picture of one colour, as a PNG. */
function png(width, height) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 90)])));
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function crc(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

const enter = (name, engine, room) => enterChat(house, name, engine, room);

async function choose(person, ...paths) {
  const input = await person.page.$('form input[type=file]');
  await input.uploadFile(...paths);
  // Firefox's driver sets the files without telling the page.
  if (person.engine === 'firefox') await input.evaluate((element) => element.files.length && element.dispatchEvent(new Event('change', { bubbles: true })));
}

const send = (person) => person.click('button', 'Send');

/** Fetches what a download button would save, and gives its hash. */
async function hashOf(person, name) {
  await until(`${person.name} sees ${name}`, () => person.page.$eval('[role=log]', (log, wanted) => log.innerText.includes(wanted), name));
  return person.page.evaluate(async (wanted) => {
    const saved = new Promise((resolve) => {
      const native = URL.createObjectURL;
      URL.createObjectURL = (content) => (resolve(content), native.call(URL, content));
    });
    HTMLAnchorElement.prototype.click = () => undefined; // the test keeps it instead
    [...document.querySelectorAll('[role=log] button')].find((button) => button.innerText.includes(wanted)).click();
    const digest = await crypto.subtle.digest('SHA-256', await (await saved).arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }, name);
}

for (const [at, engine] of names.entries()) {
  const other = names[(at + 1) % names.length];

  test(`${engine}: a picture is shown to the others, larger on a click, and a document arrives whole`, async () => {
    const room = freshRoom();
    const alice = await enter('Alice', engine, room);
    const bob = await enter('Bob', other, room);
    const text = noise(70_016);
    await choose(alice, file('red.png', png(320, 200)), file('notes.txt', text));
    await alice.find('button', 'Remove red.png');
    await alice.fill('textbox', 'Message', 'two files');
    await send(alice);
    for (const person of [bob, alice]) {
      const picture = await person.find('button', 'Show red.png large');
      await until(`${person.name} sees it`, () => picture.$eval('img', ({ naturalWidth }) => naturalWidth === 320));
      assert.match(await picture.$eval('img', ({ src }) => src), /^blob:/);
      await person.reads('notes.txt');
    }
    await bob.click('button', 'Show red.png large');
    const large = await bob.find('dialog', 'red.png');
    await until('it is large', () => large.$eval('img', ({ naturalWidth }) => naturalWidth === 320));
    await bob.click('button', 'Close');
    await until('it is closed', async () => !(await bob.sees('dialog', 'red.png')));
    await bob.click('button', 'Show red.png large');
    await bob.find('dialog', 'red.png');
    await bob.page.keyboard.press('Escape');
    await until('it is closed by a key', async () => !(await bob.sees('dialog', 'red.png')));
    assert.ok(await bob.sees('log', 'Chat messages'), 'the chat is still open');
    assert.equal(await hashOf(bob, 'notes.txt'), createHash('sha256').update(text).digest('hex'));

    // It is there for latecomers, and gone with its message.
    const cleo = await enter('Cleo', 'chromium', room);
    const picture = await cleo.find('button', 'Show red.png large');
    await until('Cleo sees it', () => picture.$eval('img', ({ naturalWidth }) => naturalWidth === 320));
    const article = await until('the message', () => alice.page.$('[role=log] article'));
    await article.evaluate((element) => element.focus());
    await (await until('Delete', () => article.$('[aria-label=Delete]'))).evaluate((button) => button.click());
    await until('Cleo has lost it', async () => !(await cleo.sees('button', 'Show red.png large')));
    for (const person of [alice, bob, cleo]) {
      assert.deepEqual(await person.errors(), []);
      await person.close();
    }
  });

  test(`${engine}: 8 MB survive cut connections, arrive whole, and several wait their turn`, async () => {
    const room = freshRoom();
    const alice = await enter('Alice', engine, room);
    const bytes = noise(8 * 1024 * 1024);
    await alice.page.evaluate(() => {
      const native = window.fetch;
      window.pieces = 0;
      window.fetch = async (where, init) => {
        if (init?.method === 'PATCH') window.pieces++;
        return native(where, init);
      };
    });
    await choose(alice, file('large.bin', bytes), file('small.txt', 'small'));
    await send(alice);
    await until('it is on its way', () => alice.page.evaluate(() => window.pieces >= 3), { every: 5 });
    await house.server.cutConnections();
    await until('both are sent', async () => (await alice.page.$$('[role=log] progress')).length === 0, { within: 30_000 });
    await until('both are in the log', async () => {
      const log = await alice.page.$eval('[role=log]', ({ innerText }) => innerText);
      return log.includes('large.bin') && log.includes('small.txt') && !log.includes('Not sent');
    });
    assert.equal(await hashOf(alice, 'large.bin'), createHash('sha256').update(bytes).digest('hex'));
    await alice.close();
  });

  test(`${engine}: a file dropped on the stage goes with the chat, and a picture that cannot be had is asked for once`, async () => {
    const alice = await house.person('Alice', engine);
    await alice.page.evaluateOnNewDocument(() => {
      const native = window.fetch;
      window.asks = 0;
      window.fetch = async (where, init) => {
        if (!String(where).includes('/files/') || (init?.method ?? 'GET') !== 'GET') return native(where, init);
        window.asks++;
        return sessionStorage.gone ? Response.json({ error: { code: 'not_found', text: '' } }, { status: 404 }) : native(where, init);
      };
    });
    await alice.join(house.server, freshRoom());
    const kept = await alice.page.evaluate((bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], 'red.png', { type: 'image/png' }));
      return ['dragover', 'drop'].map((type) => {
        const event = new Event(type, { bubbles: true, cancelable: true });
        Object.defineProperty(event, 'dataTransfer', { value: transfer });
        document.querySelector('[role=group]').dispatchEvent(event);
        return event.defaultPrevented;
      });
    }, [...png(32, 20)]);
    assert.deepEqual(kept, [true, true], 'the browser does not open it');
    await alice.find('log', 'Chat messages');
    await alice.find('button', 'Remove red.png');
    await send(alice);
    await alice.find('button', 'Show red.png large');

    await alice.page.evaluate(() => (sessionStorage.gone = 'yes'));
    await alice.page.reload();
    await alice.click('button', 'Chat');
    await alice.reads('This picture could not be had.');
    const asked = () =>
      alice.page.evaluate(async () => {
        for (let frame = 0; frame < 20; frame++) await new Promise((next) => requestAnimationFrame(next));
        return window.asks;
      });
    assert.equal(await asked(), 1);
    await alice.page.evaluate(() => {
      delete sessionStorage.gone;
      [...document.querySelectorAll('[role=log] button')].find(({ innerText }) => innerText.includes('Try again')).click();
    });
    const picture = await alice.find('button', 'Show red.png large');
    await until('it is seen', () => picture.$eval('img', ({ naturalWidth }) => naturalWidth === 32));
    assert.equal(await asked(), 2);
    assert.deepEqual(await alice.errors(), []);
    await alice.close();
  });
}

test('what is too large or empty is refused with a reason, and a file on its way can be cancelled', async () => {
  const room = freshRoom();
  const alice = await enter('Alice', 'chromium', room);
  await choose(alice, file('huge.bin', Buffer.alloc(25 * 1024 * 1024 + 1)), file('empty.txt', ''));
  await alice.reads('Larger than 25 MB');
  await alice.reads('This file is empty');
  assert.equal(await alice.page.$eval('form button[type=submit]', ({ disabled }) => disabled), true);
  await alice.click('button', 'Remove huge.bin');
  await alice.click('button', 'Remove empty.txt');

  await alice.page.evaluate(() => {
    const native = window.fetch;
    window.fetch = (where, init) => (init?.method === 'PATCH' ? new Promise(() => undefined) : native(where, init));
  });
  await choose(alice, file('slow.bin', Buffer.alloc(1_000_000, 1)));
  await send(alice);
  await alice.click('button', 'Cancel slow.bin');
  await until('it is gone', async () => (await alice.page.$$('[role=log] article')).length === 0);
  await alice.close();
});

test('a picture is pasted, a file is dropped', async () => {
  const room = freshRoom();
  const alice = await enter('Alice', 'chromium', room);
  await alice.page.evaluate((bytes) => {
    const give = (target, type, key, file) => {
      const transfer = new DataTransfer();
      transfer.items.add(file);
      const event = new Event(type, { bubbles: true, cancelable: true });
      Object.defineProperty(event, key, { value: transfer });
      target.dispatchEvent(event);
    };
    const picture = new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' });
    const text = new File(['dropped'], 'dropped.txt', { type: 'text/plain' });
    give(document.querySelector('textarea'), 'paste', 'clipboardData', picture);
    give(document.querySelector('[role=log]'), 'dragover', 'dataTransfer', text);
    give(document.querySelector('[role=log]'), 'drop', 'dataTransfer', text);
  }, [...png(40, 30)]);
  await alice.find('button', 'Remove image.png');
  await alice.find('button', 'Remove dropped.txt');
  await send(alice);
  await alice.find('button', 'Show image.png large');
  await alice.reads('dropped.txt');
  await alice.close();
});
