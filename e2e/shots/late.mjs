// Parts of the page that are loaded when somebody first wants them, and do not come: without a network, and from a server that has none of them any more.
import { languages } from './people.mjs';

export async function late(set) {
  const viewer = await set.viewer();
  const { devtools } = viewer;
  await devtools.send('Network.enable');
  const network = (offline) => devtools.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await viewer.open('/', 'h1');
  await network(true);
  await viewer.press('rooms.make');
  await viewer.reads(viewer.say('part.away'));
  await viewer.shoot('part-away');
  await network(false);
  await viewer.press('common.retry');
  await viewer.sees('dialog #room-name');

  await viewer.lobby(`${languages[set.language].room}-8`);
  await viewer.join();
  await devtools.send('Network.setBlockedURLs', { urls: ['*SettingsDialog*'] });
  await viewer.press('meeting.more');
  await viewer.press('more.settings');
  await viewer.reads(viewer.say('part.stale'));
  await viewer.shoot('part-stale', { people: 1 });
  await set.cleared(viewer);
}
