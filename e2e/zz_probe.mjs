import { House, freshRoom } from '/work/wt-bwe/e2e/lib/room.mjs';
const house = await House.open();
const person = await house.person('Nia', process.argv[2] || 'chromium');
const room = freshRoom();
await person.join(house.server, room);
const bots = await house.server.bots(room, { senders: 1, args: ['--name', 'Sender'] });
await person.seesAndHears(1, { within: 40_000 });
await person.click('button', 'More');
await person.click('menuitem', 'Statistics for nerds');
for (let i = 0; i < 6; i++) {
  await new Promise((d) => setTimeout(d, 1500));
  console.log(await person.page.$eval('section .content p', (p) => p.textContent));
}
await bots.stop(); await person.close(); await house.close();
