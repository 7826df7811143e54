// A meeting run by a host: people at the door, the people panel, what is done to somebody, controls, the end.
import { knock } from '../lib/crowd.mjs';
import { change, makeRoom } from '../lib/host.mjs';
import { until } from '../lib/server.mjs';
import { Company, languages } from './people.mjs';

export async function hosts(set) {
  const { house, language } = set;
  const { room, names, outside } = languages[language];
  const made = await makeRoom(house.server, `${room}-4`, { lobby: false });
  const viewer = await set.viewer();
  await viewer.lobby(made.room, made.key);
  await viewer.join();
  const company = new Company(await set.cast(), language, made.room, { close: 0 });
  const all = await company.fill(6);
  await change(house.server, made, { lobby: true });
  const door = [await knock(house.server, made.room, outside.slice(0, 1))];
  await viewer.reads(viewer.say('people.admit'));
  await viewer.shoot('knock', { people: all });
  door.push(await knock(house.server, made.room, outside.slice(1)));
  await viewer.reads(viewer.say('people.admitAll'));
  await viewer.shoot('knock-many', { people: all });
  await viewer.press('knock.see');
  await viewer.shoot('people-waiting', { people: all, main: true });
  for (const gone of door) gone();
  await viewer.misses('[aria-labelledby=waiting]');

  await company.people[2].ask('hand', { up: true });
  const somebody = { name: names[1] };
  const menu = async () => {
    await viewer.closeMenu();
    await viewer.press('people.act', somebody);
    await viewer.sees('[role=menu]');
  };
  await viewer.shoot('person-menu', { before: menu });
  await viewer.closeMenu();
  for (const [name, key] of Object.entries({ rename: 'act.rename', handover: 'act.handover', remove: 'act.remove', ban: 'act.ban' })) {
    await menu();
    await viewer.press(key);
    await viewer.sees('dialog');
    await viewer.shoot(`sure-${name}`);
    await viewer.close('dialog');
  }

  await viewer.press('people.controls');
  await viewer.sees('dialog');
  await viewer.shoot('host-controls');
  await viewer.shoot('host-rights', { before: () => viewer.scroll('dialog section:nth-of-type(2)') });
  await viewer.shoot('host-links', { before: () => viewer.scroll('dialog section[aria-labelledby=power]') });
  await viewer.close('dialog');
  await viewer.press('people.lock');
  await viewer.sees('[role=toolbar]');
  await until('the sign of a lock', () => viewer.page.$(`footer [title="${viewer.say('sign.locked')}"]`));
  await viewer.key('p');

  await viewer.press('meeting.more');
  await viewer.press('timer.title');
  await viewer.sees('dialog');
  await viewer.shoot('timer-dialog');
  await viewer.press('timer.start');
  await viewer.sees('[role=timer]');
  await viewer.press('tile.spotlight', { name: names[2] });
  await viewer.shoot('spotlight-locked-timer', { people: all });

  await viewer.press('meeting.leave');
  await viewer.sees('[role=menu]');
  await viewer.shoot('menu-leave', { on: 'desktop' });
  await viewer.press('leave.end');
  await viewer.sees('dialog');
  await viewer.shoot('sure-end');
  await viewer.press('sure.endDo');
  await viewer.reads(viewer.say('left.ended'));
  await viewer.shoot('left-ended');
  await set.cleared(viewer);
}

/** What a guest sees of it: asked to unmute, muted, an empty chat that is for hosts, made a viewer. */
export async function guests(set) {
  const { house, language } = set;
  const { room, names } = languages[language];
  const made = await makeRoom(house.server, `${room}-5`, { lobby: false });
  const guest = await set.viewer();
  await guest.lobby(made.room);
  await guest.join();
  const company = new Company(await set.cast(), language, made.room, { close: 0, link: made.key });
  const all = await company.fill(4);
  const [host] = company.people;
  const { id } = (await host.ask('join')).participants.find(({ name }) => name === names[0]);

  await guest.key('m');
  await host.ask('ask', { id, track: 'microphone' });
  await guest.reads(guest.say('asked.later'));
  await guest.shoot('asked-to-unmute', { people: all });
  await guest.press('meeting.microphoneOff');
  await guest.misses('.bottom button');
  await host.ask('mute', { id, track: 'microphone' });
  await guest.reads(guest.say('notice.silenced-microphone', { name: names[1] }));
  await guest.shoot('muted-by-host', { people: all });

  await host.ask('settings', { chat: 'hosts', share: 'hosts', unmute: 'hosts' });
  await guest.key('c');
  await guest.reads(guest.say('chat.hostsOnly'));
  await guest.shoot('chat-hosts-only', { people: all });
  await guest.key('c');
  await host.ask('role', { id, role: 'viewer' });
  await guest.reads(guest.say('notice.role-viewer'));
  await guest.shoot('viewer', { people: all - 1 });
  await set.cleared(guest);
}
