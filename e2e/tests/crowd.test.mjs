// Two hundred people in a room: what a host does is on the page within 300 ms.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { crowd } from '../lib/crowd.mjs';
import { arriveWith, makeRoom } from '../lib/host.mjs';
import { freshRoom, House } from '../lib/room.mjs';

const many = 200;
const longest = 300; // ms

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** Does something in the page and resolves to how long it took until `shows` held and was painted, in ms. */
function timed(page, does, shows) {
  return page.evaluate(
    async (does, shows) => {
      const holds = new Function(`return ${shows}`);
      const start = performance.now();
      new Function(does)();
      while (!holds()) {
        if (performance.now() - start > 10_000) throw new Error(`never: ${shows}`);
        await new Promise((later) => setTimeout(later, 0));
      }
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted, 0)));
      return performance.now() - start;
    },
    does,
    shows,
  );
}

for (const engine of names) {
  test(`a host among ${many} joins, opens the people panel, searches and mutes all (${engine})`, async (t) => {
    const made = await makeRoom(house.server, freshRoom(), { lobby: false });
    const others = await crowd(house.server, made.room, many);
    const host = await house.person('Hana', engine);
    const { page } = host;
    await arriveWith(host, house.server, made);
    await page.waitForFunction(() => document.body.innerText.includes('others are inside'));
    await host.fill('textbox', 'Your name', 'Hana');
    const took = {};

    took.join = await timed(page, "document.querySelector('form button[type=submit]').click()", "document.querySelector('[role=toolbar]') !== null");
    took.open = await timed(
      page,
      "document.querySelector('[role=toolbar] button[aria-label=People]').click()",
      "document.querySelectorAll('aside li').length > 5",
    );
    assert.match(await page.$eval('aside h2', (title) => title.textContent), new RegExp(String(many + 1)));

    const type = (text) =>
      `const field = document.querySelector('aside input[type=search]'); field.value = ${JSON.stringify(text)}; field.dispatchEvent(new Event('input', { bubbles: true }))`;
    took.search = await timed(page, type('crowd 177'), "document.querySelectorAll('aside li').length === 1");
    assert.match(await page.$eval('aside li', (row) => row.textContent), /Crowd 177/);
    took.clear = await timed(page, type(''), "document.querySelectorAll('aside li').length > 5");

    const muted = "[...document.querySelectorAll('aside li')].slice(1).every((row) => row.textContent.includes('Microphone muted'))";
    assert.equal(await page.evaluate(`${muted}`), false);
    took.mute = await timed(page, "[...document.querySelectorAll('aside button')].find((button) => button.textContent.includes('Mute all')).click()", muted);
    await page.$eval('aside [role=region]', (list) => (list.scrollTop = list.scrollHeight));
    await page.waitForFunction((last) => document.querySelector('aside')?.textContent.includes(last), {}, `Crowd ${many}`);

    t.diagnostic(Object.entries(took).map(([what, ms]) => `${what} ${Math.round(ms)} ms`).join(', '));
    for (const [what, ms] of Object.entries(took)) assert.ok(ms <= longest, `${what} took ${Math.round(ms)} ms`);
    assert.deepEqual(await host.errors(), []);
    others.leave();
    await host.close();
  });
}
