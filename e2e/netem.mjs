// Real browsers on bad networks: `make e2e-netem`, ARGS="-only loss" for the scenarios whose line "name, engine" matches,
// ARGS="-seed 8" to lose other packets. One sends near to the server, one looks on near to it, and one looks on from behind the
// emulator, each time another. The last output is a table; a bar that is missed makes the run fail.
import { parseArgs } from 'node:util';
import { launch, names } from './lib/browsers.mjs';
import { Distance, Missing, nearAddress } from './lib/distance.mjs';
import { Person } from './lib/person.mjs';
import { Server, until } from './lib/server.mjs';
import { sitFor } from './lib/studio.mjs';
import { clear, scenarios } from './netem/scenarios.mjs';
import { every, watch, withoutDevices } from './netem/watch.mjs';
import { judged, table } from './netem/table.mjs';

const { values: asked } = parseArgs({
  args: process.argv.slice(2).map((word) => word.replace(/^-(?=\w\w)/, '--')), // -only, as make bench has it
  options: { only: { type: 'string', default: '' }, seed: { type: 'string', default: '7' }, log: { type: 'boolean', default: false } },
});
const only = new RegExp(asked.only);
const plan = names.flatMap((engine) => scenarios
  .filter(({ name, firefox }) => (engine === 'chromium' || firefox) && only.test(`${name}, ${engine}`))
  .map((scenario) => ({ ...scenario, engine })));
if (plan.length === 0) {
  console.error(`e2e-netem: no scenario matches ${only}. There are: ${scenarios.map(({ name }) => name).join('; ')}.`);
  process.exit(1);
}
const room = 'far-away';
// Who has no microphone has touched nothing, and would hear nothing.
const args = ['--autoplay-policy=no-user-gesture-required'];

/** Somebody who only looks and listens. */
async function sit(name, engine, browser) {
  const person = await Person.sit(name, engine, browser);
  await person.page.evaluateOnNewDocument(withoutDevices);
  await person.page.evaluateOnNewDocument(watch, every);
  return person;
}

/** Takes the samples out of a page. */
const take = (person) => person.page.evaluate(() => window.samples.splice(0));

/** Plays a scenario with a viewer who has just come, and sends the viewer home. */
async function play({ name, engine, play }, browser, { distance, server, sue, guy }) {
  const viewer = await sit(`Far ${name}`, engine, browser);
  try {
    await distance.tell({ seed: Number(asked.seed), ...clear });
    await viewer.join(server, room);
    await viewer.seesAndHears(1);
    await viewer.click('button', 'Pin Sue'); // large enough for her largest picture
    await until('the viewer sees the large picture', () => viewer.page.evaluate(() => Math.max(...window.samples.at(-1).rows.map((row) => row.height ?? 0)) >= 720), { within: 20_000 });
    await distance.tell({ seed: Number(asked.seed) }); // the draws of a scenario begin with it
    await take(guy);
    const look = async () => ({ bad: await take(viewer), good: await take(guy) });
    const seatsSeen = () => sue.page.evaluate((wanted) => [...document.querySelectorAll('[role=group].tile')].filter((tile) => tile.ariaLabel === wanted).length, viewer.name);
    return await play({ distance, viewer, look, seatsSeen });
  } finally {
    await distance.tell(clear);
    await viewer.close();
  }
}

const results = [];
let distance, server, nearBrowser, farBrowser;
const started = Date.now();
try {
  distance = await Distance.open();
  server = await Server.start({ host: nearAddress, through: distance.near });
  const here = { url: `http://localhost:${server.port}` }; // cameras are given to pages of this machine only
  nearBrowser = await launch('chromium', { program: distance.program('chromium'), pipe: true, args });
  const sue = await Person.sit('Sue', 'chromium', nearBrowser);
  await sitFor(sue.page, { seed: 22, width: 1280, height: 720, fps: 10, talks: true });
  const guy = await sit('Guy', 'chromium', nearBrowser);
  await sue.join(here, room);
  await guy.join(here, room);
  await guy.seesAndHears(1);
  await guy.click('button', 'Pin Sue');
  for (const engine of names) {
    const ours = plan.filter((scenario) => scenario.engine === engine);
    if (ours.length === 0) continue;
    farBrowser = await launch(engine, { args: engine === 'chromium' ? args : [] });
    for (const scenario of ours) {
      const from = Date.now();
      const result = await play(scenario, farBrowser, { distance, server, sue, guy }).catch((error) => ({ bars: [], figures: '', error }));
      results.push({ ...scenario, ...result });
      console.log(`${scenario.name}, ${engine}: ${judged(results.at(-1)) ? 'pass' : 'MISS'} (${Math.round((Date.now() - from) / 1000)} s)`);
    }
    await farBrowser.close();
    farBrowser = undefined;
  }
} catch (error) {
  console.error(error instanceof Missing ? `e2e-netem: ${error.message}` : error);
  process.exitCode = 1;
} finally {
  await farBrowser?.close().catch(() => undefined);
  await nearBrowser?.close().catch(() => undefined);
  if (asked.log && server) console.log(server.log);
  await server?.stop();
  distance?.close();
}
if (results.length === 0) process.exit(1); // and it has been said why
if (!results.every(judged)) process.exitCode = 1;
console.log(`\nseed ${asked.seed}, ${Math.round((Date.now() - started) / 1000)} s\n`);
for (const engine of names) {
  const ours = results.filter((result) => result.engine === engine);
  if (ours.length > 0) console.log(`${engine}: ${ours.filter(judged).length} of ${ours.length} scenarios within their bars`);
}
console.log(table(results));
