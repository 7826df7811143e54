// A meeting that fills up from one person to twelve: the stage, a shared screen, the chat and the people beside it.
import { until } from '../lib/server.mjs';
import { pause } from '../lib/viewer.mjs';
import { Company, languages } from './people.mjs';

export async function meeting(set) {
  const { language } = set;
  const { room, names, chat } = languages[language];
  const viewer = await set.viewer();
  const company = new Company(await set.cast(), language, room);
  const { people } = company;
  await viewer.lobby(room);
  await viewer.join();
  await viewer.shoot('meeting-1', { people: 1, main: true });

  await viewer.shoot('meeting-2', { people: await company.fill(2), main: true });
  await viewer.key('c');
  const field = await viewer.sees('textarea');
  for (const [index, text] of chat.entries()) {
    if (index % 2) await field.type(text).then(() => viewer.key('Enter'));
    else await people[0].say(text);
    await viewer.reads(text.slice(0, 12));
  }
  await viewer.page.evaluate(() => document.activeElement?.blur());
  await viewer.shoot('chat', { people: 2, main: true });
  await viewer.key('c');

  await viewer.shoot('meeting-5', { people: await company.fill(5), main: true });
  await people[0].share();
  await until('the screen shows', () => viewer.screens());
  await pause(2000); // its letters are sharp
  await viewer.shoot('share', { main: true });
  await people[0].unshare();
  await until('the screen is gone', async () => !(await viewer.screens()));

  await viewer.shoot('meeting-12', { people: await company.fill(names.length), main: true });
  await viewer.key('p');
  await viewer.shoot('people', { main: true });
  await set.cleared(viewer);
}
