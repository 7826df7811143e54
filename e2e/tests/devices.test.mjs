// Microphones, cameras and speakers: chosen, pulled out in the middle of a sentence, plugged in again, remembered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { gear } from '../lib/gear.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

const desk = {
  audioinput: ['Desk microphone', 'Headset'],
  videoinput: ['Lid camera', 'Desk camera'],
  audiooutput: ['Lid speakers', 'Headset'],
};

async function sit(name, engine) {
  const person = await house.person(name, engine);
  await person.page.evaluateOnNewDocument(gear, desk);
  return person;
}

/** The labels of what is sent, and how much of each has left. */
const sent = (person) => person.page.evaluate(async () => {
  const connection = window.observed.connections.find(({ connectionState }) => connectionState === 'connected');
  const [sound, picture] = await Promise.all(connection.getTransceivers().slice(0, 2).map(async ({ sender }) => {
    const rows = [...(await sender.getStats()).values()].filter(({ type }) => type === 'outbound-rtp');
    return { label: sender.track?.label, packets: rows.reduce((all, { packetsSent }) => all + packetsSent, 0) };
  }));
  return { sound, picture };
});

/** Waits until what is sent of a kind comes from the device of this label, and flows. */
async function flows(person, kind, label) {
  const switched = await until(`${label} is sent`, async () => {
    const now = (await sent(person))[kind];
    if (now.label !== label) throw new Error(`${now.label} is sent`);
    return now;
  });
  await until(`${label} flows`, async () => (await sent(person))[kind].packets > switched.packets + 5);
}

const playsOn = (person, label) => until(`voices play on ${label || 'the default'}`, () =>
  person.page.evaluate((wanted) => {
    const speakers = window.gear.speakers();
    return speakers.length === 1 && speakers[0] === wanted;
  }, label));

async function choose(person, menu, group, label) {
  await person.click('button', menu);
  const entry = await until(`${label} can be chosen`, async () => {
    const found = await person.page.evaluateHandle((heading, name) => {
      const headed = [...document.querySelectorAll('[role=menu] [role=group]')].find((one) => one.querySelector('.heading')?.textContent === heading);
      return [...(headed?.querySelectorAll('[role=menuitemradio]') ?? [])].find((one) => one.textContent.trim() === name) ?? null;
    }, group, label);
    return found.asElement();
  });
  await entry.evaluate((node) => node.click());
}

for (const engine of names) {
  test(`devices are changed in the meeting, pulled out, plugged in again and remembered by their names (${engine})`, async () => {
    const ann = await sit('Ann', engine);
    try {
      await ann.join(house.server, freshRoom());
      await flows(ann, 'sound', 'Desk microphone');
      await flows(ann, 'picture', 'Lid camera');
      const offers = await ann.exchanges();

      await choose(ann, 'Sound devices', 'Microphone', 'Headset');
      await flows(ann, 'sound', 'Headset');
      await choose(ann, 'Sound devices', 'Speaker', 'Headset');
      await playsOn(ann, 'Headset');
      await choose(ann, 'Video devices', 'Camera', 'Desk camera');
      await flows(ann, 'picture', 'Desk camera');

      await ann.page.evaluate(() => window.gear.pull('Headset'));
      await ann.reads('Headset was unplugged. Now using Desk microphone.');
      await flows(ann, 'sound', 'Desk microphone');
      await playsOn(ann, '');
      await ann.page.evaluate(() => window.gear.plug('Headset'));
      await ann.reads('Headset is back.');
      await flows(ann, 'sound', 'Headset');
      await playsOn(ann, 'Headset');

      await ann.page.evaluate(() => window.gear.pull('Desk camera'));
      await ann.reads('Desk camera was unplugged. Now using Lid camera.');
      await flows(ann, 'picture', 'Lid camera');
      assert.equal(await ann.exchanges(), offers, 'nothing was negotiated for all that');

      // After a reload every id is another one.
      await ann.page.reload({ waitUntil: 'load' });
      await ann.find('toolbar', 'Meeting controls');
      await flows(ann, 'sound', 'Headset');
      await flows(ann, 'picture', 'Desk camera');
      await playsOn(ann, 'Headset');
      assert.deepEqual(await ann.errors(), []);
    } finally {
      await ann.close();
    }
  });

  test(`the test sound plays on the chosen speaker in ${engine}, or says that none can be played`, async (t) => {
    const ann = await sit('Ann', engine);
    try {
      await ann.arrive(house.server, freshRoom());
      const pick = await ann.find('combobox', 'Speaker');
      const headset = await until('the speakers are listed', () => pick.evaluate((select) => [...select.options].find(({ label }) => label === 'Headset')?.value));
      await pick.select(headset);
      await ann.page.mouse.click(5, 5); // a browser wants a click before it makes a sound
      const sounds = await ann.page.evaluate(async () => {
        const context = new AudioContext();
        await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 1000))]);
        return context.state === 'running';
      });
      t.diagnostic(`${engine} ${sounds ? 'plays' : 'does not play'} sound here`);
      await ann.click('button', 'Test sound');
      await ann.find('button', 'Playing…');
      await ann.find('button', 'Test sound');
      if (sounds) assert.deepEqual(await ann.page.evaluate(() => window.gear.directed.at(-1)), 'Headset');
      else await ann.reads('No sound can be played here');
      assert.equal(await ann.page.evaluate(() => document.body.innerText.includes('No sound can be played here')), !sounds);
      assert.deepEqual(await ann.errors(), []);
    } finally {
      await ann.close();
    }
  });
}
