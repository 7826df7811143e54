// Left: by oneself, removed, turned away, banned. (Ended for all: hosts; gone on in another tab: doors.)
import { makeRoom } from '../lib/host.mjs';
import { faces, languages } from './people.mjs';

export async function left(set) {
  const { house, language } = set;
  const { room, names } = languages[language];
  const made = await makeRoom(house.server, `${room}-7`, { lobby: false });
  const cast = await set.cast();
  const host = await cast.enter({ room: made.room, name: names[1], seed: faces[1], seen: false, link: made.key });
  const viewer = await set.viewer();

  const comeIn = async () => {
    await viewer.lobby(made.room);
    await viewer.join();
  };
  const shoot = async (reason, options) => {
    await viewer.reads(viewer.say(`left.${reason}`));
    await viewer.shoot(reason === 'left' ? 'left' : `left-${reason}`, options);
  };
  const remove = async (ban) => {
    const [guest] = (await host.ask('join')).participants;
    await host.ask('remove', { id: guest.id, ban });
  };

  await comeIn();
  await viewer.press('meeting.leave');
  await shoot('left', { main: true });
  await comeIn();
  await remove(false);
  await shoot('removed');

  await host.ask('settings', { lobby: true });
  await viewer.lobby(made.room);
  await viewer.ring();
  await viewer.reads(viewer.say('waiting.lobby'));
  await host.ask('refuse', {});
  await shoot('refused');
  await host.ask('settings', { lobby: false });

  await comeIn();
  await remove(true);
  await shoot('banned');

  await set.cleared(viewer);
}
