// What the stage can be and what people signal on it: layouts, shares, hands, reactions, menus, statistics, trouble.
import { until } from '../lib/server.mjs';
import { pause } from '../lib/viewer.mjs';
import { Company, languages } from './people.mjs';

export async function stage(set) {
  const { language } = set;
  const { room, names } = languages[language];
  const viewer = await set.viewer();
  const company = new Company(await set.cast(), language, `${room}-2`);
  const { people } = company;
  await viewer.lobby(`${room}-2`);
  await viewer.join();
  const all = await company.fill(7);
  const stripped = 4; // what a filmstrip has room for, at least

  await viewer.key('l');
  await viewer.shoot('speaker-view', { people: stripped });
  await viewer.key('l');
  for (const at of [1, 2]) await viewer.press('tile.pin', { name: names[at] });
  await viewer.shoot('pins', { people: stripped });
  for (const at of [1, 2]) await viewer.press('tile.pin', { name: names[at] });

  await viewer.key('h');
  await people[2].ask('hand', { up: true });
  await people[5].ask('hand', { up: true });
  await viewer.shoot('hands', { people: all });
  await viewer.key('p');
  await viewer.shoot('people-hands', { people: all });
  await viewer.key('p');
  for (const at of [2, 5]) await people[at].ask('hand', { up: false });
  await viewer.key('h');
  await viewer.shoot('reactions', {
    people: all,
    before: async () => {
      await viewer.pictured(6);
      for (const [at, emoji] of ['👏', '🎉', '❤️', '👍'].entries()) await people[at].ask('react', { emoji });
      await pause(500);
    },
  });

  const menus = {
    'menu-layout': 'meeting.layout',
    'menu-reactions': 'meeting.reactions',
    'menu-sound': 'device.sound',
    'menu-camera': 'device.picture',
  };
  for (const [name, key] of Object.entries(menus)) {
    await viewer.press(key);
    await viewer.sees('[role=menu]');
    await viewer.shoot(name, { on: 'desktop' });
    await viewer.closeMenu();
  }
  await viewer.shoot('menu-more', {
    before: async () => {
      await viewer.closeMenu();
      await viewer.press('meeting.more');
      await viewer.sees('[role=menu]');
    },
  });
  await viewer.closeMenu();
  await viewer.press('meeting.more');
  await viewer.press('statistics.title');
  await viewer.sees('section table tbody tr');
  await pause(2500); // rates need two looks
  await viewer.shoot('statistics');
  await viewer.press('common.close');

  await shares(viewer, people);
  await viewer.page.mouse.move(640, 200);
  await viewer.page.evaluate(() => document.activeElement?.blur()); // a bar in use does not step aside
  await viewer.key('t');
  await until('all but faces has stepped aside', () => viewer.page.$('.bare'));
  await viewer.shoot('faces-only', { people: all });
  await viewer.key('t');
  await trouble(set, viewer, people);
  await set.cleared(viewer);
}

async function shares(viewer, people) {
  for (const at of [0, 2]) await people[at].share();
  await until('a screen shows', () => viewer.screens());
  await viewer.sees('.shares');
  await pause(2000); // its letters are sharp
  await viewer.shoot('shares');
  await viewer.press('zoom.in');
  await viewer.press('zoom.in');
  await viewer.shoot('share-zoomed');
  for (const at of [0, 2]) await people[at].unshare();
  await until('no screen is shown', async () => !(await viewer.screens()));
}

/** Muted and talking, a weak network of mine and of others, and none. */
async function trouble(set, viewer, people) {
  await people[1].freeze();
  await viewer.reads(viewer.say('tile.stalled'));
  await viewer.shoot('trouble-theirs');
  // The browser's measure is what the page looks at; the network of the pictures is too good for it.
  await viewer.page.evaluate(() => {
    const measure = RTCPeerConnection.prototype.getStats;
    RTCPeerConnection.prototype.getStats = async function () {
      const stats = await measure.call(this);
      return new Map([...stats].map(([id, one]) => [id, one.type === 'remote-inbound-rtp' ? { ...one, fractionLost: 0.3 } : one]));
    };
  });
  await viewer.reads(viewer.say('network.sending'));
  await viewer.shoot('trouble-mine');
  process.kill(set.house.server.pid, 'SIGSTOP');
  await viewer.reads(viewer.say('meeting.mediaLost')).finally(async () => {
    await viewer.shoot('reconnecting');
    process.kill(set.house.server.pid, 'SIGCONT');
  });
}
