// Home: nobody's yet, a room made, several rooms, the invitation, all about a room, its end.
import { makeRoom } from '../lib/host.mjs';
import { languages, passcode } from './people.mjs';

/** `set` is a studio: its `viewer()` sits down whoever is photographed. */
export async function home(set) {
  const { house, language } = set;
  const { rooms, recent } = languages[language];
  const viewer = await set.viewer();
  await viewer.open('/', 'h1');
  await viewer.shoot('home', { main: true });
  await (await viewer.sees('#room')).type('what?/is this');
  await viewer.press('home.enter');
  await viewer.sees('#room-wrong');
  await viewer.shoot('home-wrong');
  await viewer.press('rooms.make');
  await viewer.sees('dialog #room-name');
  await viewer.shoot('make-room');
  await viewer.close('dialog');

  // As if they had been in these rooms.
  await viewer.page.evaluate((names) => {
    const kept = JSON.parse(localStorage.getItem('noom.preferences') ?? '{}');
    kept.recentRooms = names.map((name, at) => ({ name, at: Date.now() - (at + 1) * 26 * 3_600_000 }));
    localStorage.setItem('noom.preferences', JSON.stringify(kept));
  }, recent);
  await viewer.page.reload();
  // Keys come to the keyring by their links, the last one on top of the list.
  const made = [];
  for (const room of rooms.toReversed()) {
    made.unshift(await makeRoom(house.server, room, { passcode }));
    await viewer.lobby(room, made[0].key);
    await viewer.open('/', 'section[aria-labelledby=my-rooms] li');
  }
  await viewer.shoot('home-rooms', { main: true });
  await viewer.press('rooms.copy', { room: rooms[1] });
  await viewer.reads(viewer.say('notice.invitation-copied'));
  await viewer.shoot('home-copied');

  await viewer.press('rooms.settings', { room: rooms[0] });
  await viewer.sees('dialog #invite');
  await viewer.shoot('room');
  const scrolled = (selector) => ({ before: () => viewer.scroll(selector) });
  await viewer.shoot('room-door', scrolled('dialog h3:not([id])'));
  await viewer.shoot('room-rights', scrolled('dialog section:nth-of-type(3)'));
  // The host link is the viewer's own; the list comes with the first other one.
  await viewer.press('power.cohost');
  await viewer.sees('dialog #given');
  await viewer.press('power.viewer');
  await viewer.sees('#given ~ ul li:nth-child(3)');
  await viewer.shoot('room-links', scrolled('dialog section[aria-labelledby=given]'));
  await viewer.press('rooms.delete');
  await viewer.shoot('room-delete', scrolled('dialog [role=alert]'));
  await viewer.press('rooms.deleteDo');
  await viewer.misses('dialog');

  // Deleted from another device: this one learns it when it asks.
  await fetch(`${house.server.url}/api/rooms/${encodeURIComponent(rooms[1])}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${made[1].key}` },
  });
  await viewer.press('rooms.settings', { room: rooms[1] });
  await viewer.sees('dialog [role=alert]');
  await viewer.shoot('room-gone');
  await viewer.leave();
}
