// Chosen colours and more contrast: what is on, off, open and chosen is still told apart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

for (const [name, features] of Object.entries({
  'forced colours': [{ name: 'forced-colors', value: 'active' }],
  'more contrast': [{ name: 'prefers-contrast', value: 'more' }],
})) {
  test(`what is on, off and open is told apart with ${name}`, async () => {
    const person = await house.person('Con', 'chromium');
    const { page } = person;
    const devtools = await page.createCDPSession();
    await devtools.send('Emulation.setEmulatedMedia', { features });
    await person.join(house.server, freshRoom());
    const look = (label) => page.$eval(`[role=toolbar] [aria-label="${label}"]`, (node) => {
      const { backgroundColor, color, borderColor, outlineStyle } = getComputedStyle(node);
      return [backgroundColor, color, borderColor, outlineStyle].join();
    });
    const before = await look('Microphone');
    await person.click('button', 'Microphone');
    await page.waitForSelector('[role=toolbar] [aria-label="Microphone"][aria-pressed=false]');
    assert.notEqual(await look('Microphone'), before);
    const closed = await look('People');
    await person.click('button', 'People');
    await page.waitForSelector('aside.sheet');
    assert.notEqual(await look('People'), closed);
    assert.notEqual(await page.$eval('aside.sheet', (node) => getComputedStyle(node).borderStyle), 'none');
    await person.close();
  });
}
