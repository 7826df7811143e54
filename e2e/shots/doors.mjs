// Doors: the lobby and all that may stand in it, and waiting.
import { change, makeLink, makeRoom } from '../lib/host.mjs';
import { Raw } from '../lib/raw.mjs';
import { until } from '../lib/server.mjs';
import { pause } from '../lib/viewer.mjs';
import { Wire } from '../lib/wire.mjs';
import { Company, languages, passcode } from './people.mjs';

export async function doors(set) {
  const { house, language } = set;
  const { room, rooms, names } = languages[language];
  const guest = await set.viewer();
  const pictured = () =>
    until('the preview shows', () => guest.page.evaluate(() => [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0)));

  await guest.lobby(room);
  await pictured();
  await guest.shoot('lobby', { main: true });
  await guest.press('lobby.backdrop');
  await guest.stand('backdrop.dawn');
  await guest.close('dialog');
  await guest.shoot('lobby-background');
  await guest.press('lobby.backdrop');
  await guest.stand('backdrop.none');
  await guest.close('dialog');

  const made = await makeRoom(house.server, rooms[0], { lobby: true, waitForHost: true });
  await guest.lobby(made.room);
  await pictured();
  await guest.shoot('lobby-before-host');
  await guest.ring();
  await guest.misses('#name');
  await guest.shoot('waiting-host');
  await guest.press('waiting.cancel');
  await guest.sees('#name');

  await change(house.server, made, { waitForHost: false });
  const cast = await set.cast();
  await new Company(cast, language, made.room, { link: made.key, seen: false }).fill(4);
  await guest.lobby(made.room);
  await pictured();
  await guest.shoot('lobby-ask');
  await guest.ring();
  await guest.misses('#name');
  await guest.shoot('waiting', { main: true });
  await guest.press('waiting.cancel');

  const host = await set.viewer();
  await host.lobby(made.room, made.key);
  await host.shoot('lobby-host');
  await host.lobby(made.room, (await makeLink(house.server, made, 'viewer')).key);
  await host.shoot('lobby-viewer');
  await set.cleared(host);

  await change(house.server, made, { lobby: false, passcode });
  await guest.lobby(made.room);
  await guest.sees('#passcode');
  await guest.shoot('lobby-passcode');
  await guest.ring('red-otter');
  await guest.sees('#refusal');
  await guest.shoot('lobby-passcode-wrong');
  const limited = () => guest.page.$('form button[type=submit]:disabled');
  for (let tries = 0; tries < 12 && !(await limited()); tries++) {
    await guest.ring('red-otter');
    await pause(300);
  }
  await guest.shoot('lobby-passcode-limited');

  // Whoever holds the key locks it from inside.
  const locked = await makeRoom(house.server, rooms[1], { lobby: false });
  const inside = await set.cast();
  const keeper = await inside.enter({ room: locked.room, name: names[1], seed: 1, seen: false, link: locked.key });
  await keeper.ask('lock', { locked: true });
  await guest.lobby(locked.room);
  await guest.shoot('lobby-locked');
  await crowded(set, guest);
  await set.cleared(guest);

  const blocked = await set.viewer();
  await blocked.page.evaluateOnNewDocument(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  await blocked.lobby(room);
  await blocked.sees('.mirror [role=alert], .mirror h3, .mirror svg');
  await blocked.shoot('lobby-refused');
  await blocked.leave();
}

/** Others from the same network were sent away again and again, and the server is busy. */
async function crowded(set, guest) {
  const { house, language } = set;
  const { room: name, names, outside } = languages[language];
  const { room, key } = await makeRoom(house.server, `${name}-10`, { lobby: true });
  const host = await (await set.cast()).enter({ room, name: names[1], seed: 1, seen: false, link: key });
  const street = await Raw.page(house); // the same address as the guest's, and each time another browser
  for (let times = 0; times < 4; times++) {
    await Raw.join(street, room, outside[0]);
    await host.ask('refuse');
  }
  await street.browserContext().close();
  await guest.lobby(room);
  await guest.ring();
  await guest.sees('#refusal');
  await guest.shoot('lobby-neighbours');

  await guest.lobby(room);
  const retry = 5; // as the server says it
  await (await Wire.of(guest.page)).answer('join', { ok: false, error: { code: 'full', text: '', reason: 'busy', retry } });
  const over = () => guest.page.waitForSelector('#refusal.over', { timeout: retry * 2000 });
  let rung = false;
  await guest.shoot('lobby-busy', {
    before: async () => {
      if (rung) await over();
      await guest.ring();
      await guest.sees('#refusal:not(.over)');
      rung = true;
    },
  });
  await over();
  await guest.shoot('lobby-busy-over');
}

/** Two tabs of one browser in one room. */
export async function elsewhere(set) {
  const { room } = languages[set.language];
  const viewer = await set.viewer();
  await viewer.lobby(room);
  await viewer.join();
  const first = viewer.page;
  const second = await viewer.tab();
  await second.lobby(room);
  await second.reads(second.say('phone.goOnHere'));
  await second.shoot('lobby-elsewhere');
  await second.press('phone.goOnHere');
  await second.inside();
  await first.bringToFront();
  await viewer.reads(viewer.say('left.replaced'));
  await viewer.shoot('left-replaced');
  await second.press('meeting.leave'); // or the seat stays in the next picture of this room
  await second.reads(second.say('left.left'));
  await viewer.leave();
}
