// Settings, section by section, and the list of shortcuts.
import { languages } from './people.mjs';

export async function settings(set) {
  const viewer = await set.viewer();
  await viewer.lobby(`${languages[set.language].room}-3`);
  await viewer.join();
  await viewer.press('meeting.more');
  await viewer.press('more.settings');
  // A finger finds the tab in sight that it presses; here the window becomes a phone's afterwards.
  const before = () => viewer.page.$eval('[role=tab][aria-selected=true]', (tab) => tab.scrollIntoView({ inline: 'nearest' }));
  for (const section of ['sound', 'picture', 'look', 'notices', 'shortcuts']) {
    await viewer.press(`settings.${section}`);
    await viewer.shoot(`settings-${section}`, { before });
    if (section !== 'picture') continue;
    await viewer.stand('backdrop.study');
    await viewer.shoot('settings-picture-background');
    await viewer.press('backdrop.none');
  }
  await viewer.close('dialog');
  await viewer.key('?');
  await viewer.sees('dialog');
  await viewer.shoot('shortcuts');
  await viewer.close('dialog');
  await set.cleared(viewer);
}
