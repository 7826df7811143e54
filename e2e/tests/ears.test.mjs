// What a screen reader is told, as the browser's tree of accessible things has it: politely, together, and less on request.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { act, enterWith, makeRoom, press } from '../lib/host.mjs';
import { Raw } from '../lib/raw.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
let raws;
before(async () => {
  house = await House.open();
  raws = await Raw.page(house);
});
after(() => house.close());

/** The words in all live regions, by how they interrupt: `{polite, assertive}`. Only Chromium shows its tree. */
async function live(person) {
  person.devtools ??= await person.page.createCDPSession();
  const { nodes } = await person.devtools.send('Accessibility.getFullAXTree');
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const words = (node) =>
    node.role?.value === 'StaticText' ? node.name.value : (node.childIds ?? []).map((id) => words(byId.get(id))).join(' ');
  const heard = { polite: '', assertive: '' };
  for (const node of nodes) {
    const region = node.properties?.find(({ name }) => name === 'live');
    const root = node.properties?.find(({ name }) => name === 'root');
    if (!region || !(region.value.value in heard)) continue;
    if (root && root.value.relatedNodes?.length && root.value.relatedNodes[0].backendDOMNodeId !== node.backendDOMNodeId) continue;
    heard[region.value.value] += ` ${words(node)}`;
  }
  return heard;
}

const hears = (person, how, pattern) =>
  until(`${pattern} is said, ${how}`, async () => pattern.test((await live(person))[how]), { within: 10_000 });

test('who comes, goes, writes and raises a hand is told politely and together', async () => {
  const room = freshRoom();
  const ear = await house.person('Ear', 'chromium');
  await ear.join(house.server, room);
  const [ann, ben] = await Promise.all([Raw.join(raws, room, 'Ann'), Raw.join(raws, room, 'Ben')]);
  await hears(ear, 'polite', /(Ann and Ben|Ben and Ann) joined/);
  await ann.ask('hand', { up: true });
  await hears(ear, 'polite', /Ann raised a hand/);
  await ben.ask('chat', { id: 'm1', text: 'to your ears' });
  await hears(ear, 'polite', /Ben: to your ears/);
  await Promise.all([ann.ask('leave', {}), ben.ask('leave', {})]);
  await hears(ear, 'polite', /(Ann and Ben|Ben and Ann) left/);
  assert.equal((await live(ear)).assertive.trim(), '', 'nothing of it interrupts');
  await ear.close();
});

test('whoever wants to hear less hears of hands but not of arrivals, or of nothing', async () => {
  const room = freshRoom();
  const ear = await house.person('Ear', 'chromium');
  await ear.join(house.server, room);
  const choose = async (level) => {
    await press(ear, 'More');
    await press(ear, 'Settings');
    await press(ear, 'Notices');
    await ear.page.$eval(`dialog input[value=${level}]`, (radio) => radio.click());
    await ear.page.keyboard.press('Escape');
    await ear.page.waitForFunction(() => !document.querySelector('dialog[open]'));
  };
  await choose('important');
  const ann = await Raw.join(raws, room, 'Ann');
  await ear.page.waitForSelector('.tile[aria-label=Ann]');
  await ann.ask('hand', { up: true });
  await hears(ear, 'polite', /Ann raised a hand/);
  assert.doesNotMatch((await live(ear)).polite, /joined/);
  await choose('none');
  const ben = await Raw.join(raws, room, 'Ben');
  await ben.ask('hand', { up: true });
  await ear.page.waitForSelector('.tile[aria-label=Ben] .hand');
  await new Promise((done) => setTimeout(done, 1500)); // longer than what is gathered waits
  assert.doesNotMatch((await live(ear)).polite, /Ben/);
  await ear.close();
});

test('what a host does to me is told at once', async () => {
  const made = await makeRoom(house.server, freshRoom(), { lobby: false });
  const [hana, gus] = [await house.person('Hana', 'chromium'), await house.person('Gus', 'chromium')];
  await enterWith(hana, house.server, made);
  await gus.join(house.server, made.room);
  await act(hana, 'Gus', 'Mute');
  await hears(gus, 'assertive', /Hana muted you/);
  await act(hana, 'Gus', 'Ask to unmute');
  await hears(gus, 'assertive', /Hana asks you to unmute/);
  await act(hana, 'Gus', 'Make cohost');
  await hears(gus, 'assertive', /cohost/);
  assert.equal((await live(hana)).assertive.trim(), '', 'the host knows');
  await hana.close();
  await gus.close();
});
