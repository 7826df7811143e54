// How much of pictures is sent and received: none of the others' cameras, no camera at all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { closeSettings, look, settings } from '../lib/looking.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

for (const engine of names) {
  test(`who wants no cameras receives none in ${engine}, and sends their own`, async () => {
    const ann = await house.person('Ann', engine);
    const ben = await house.person('Ben', engine);
    const room = freshRoom();
    try {
      await ann.join(house.server, room);
      await ben.join(house.server, room);
      await Promise.all([ann.seesAndHears(1), ben.seesAndHears(1)]);
      const received = async (person) => {
        const video = (await person.inbound()).filter(({ kind }) => kind === 'video');
        return { frames: video.reduce((all, one) => all + (one.framesDecoded ?? 0), 0), bytes: video.reduce((all, one) => all + (one.bytesReceived ?? 0), 0) };
      };
      const still = async (person) => {
        const [first] = [await received(person), await new Promise((done) => setTimeout(done, 2000))];
        const second = await received(person);
        return second.frames === first.frames && second.bytes - first.bytes < 2000;
      };
      await settings(ann, 'Picture');
      await ann.click('switch', 'Show pictures of others');
      await until('no more pictures come', () => still(ann), { within: 20_000 });
      assert.equal(await still(ben), false, 'Ben still sees Ann');
      await closeSettings(ann);
      await ann.click('button', 'Show them');
      await until('pictures come again', async () => !(await still(ann)), { within: 20_000 });

      await settings(ann, 'Picture');
      await ann.click('switch', 'Audio only');
      await until('no pictures come or go', async () => (await still(ann)) && (await look(ann)) === null, { within: 20_000 });
      await until('Ben sees none either', () => still(ben), { within: 20_000 });
      const heard = await ben.energyHeard();
      if (engine === 'chromium') await until('Ben still hears Ann', async () => (await ben.energyHeard()) > heard);
    } finally {
      await ann.close();
      await ben.close();
    }
  });
}
