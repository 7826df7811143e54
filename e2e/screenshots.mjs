// Pictures of every screen, from the real page on the real server: desktop and phone, dark and light, English and Korean.
// `node run.mjs screenshots.mjs [folder]`; the folder is e2e/results/screenshots when none is named.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { freshRoom, House } from './lib/room.mjs';
import { until } from './lib/server.mjs';

const folder = resolve(process.argv[2] ?? 'results/screenshots');
mkdirSync(folder, { recursive: true });

const sizes = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1 },
  phone: { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
const names = { en: ['Alex', 'Mina', 'Jordan', 'Sofia', 'Kenji'], ko: ['김하늘', '이서준', '박지우', '최유나', '정도윤'] };
const chat = {
  en: ['Good morning! Can everyone hear me?', 'Loud and clear', 'The notes are at https://example.org/notes', 'Thanks!'],
  ko: ['안녕하세요! 다들 잘 들리시나요?', '네, 잘 들려요', '회의록은 https://example.org/notes 에 있어요', '고마워요!'],
};

const house = await House.open();
let taken = 0;

/** One person's page in a size, a theme and a language, and a way to take its picture. */
async function viewer(size, theme, language) {
  const person = await house.person(names[language][0], 'chromium', { language, viewport: sizes[size] });
  await person.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  person.shoot = async (screen) => {
    // Let pictures arrive and transitions end.
    await new Promise((done) => setTimeout(done, 700));
    await person.page.screenshot({ path: `${folder}/${screen}-${size}-${theme}-${language}.png` });
    taken++;
  };
  return person;
}

/** Joins by what is the same in every language. */
async function join(person, room) {
  await person.page.goto(`${house.server.url}/r/${room}`, { waitUntil: 'load' });
  const name = await person.page.waitForSelector('form input[autocomplete=name]');
  await name.type(person.name);
  await person.page.$eval('form button[type=submit]', (button) => button.click());
  await person.page.waitForSelector('[role=toolbar]');
}

const tiles = (person) => person.page.$$eval('[role=group][aria-label]', (found) => found.length);

async function company(person, room, language, size) {
  const others = [];
  if (size <= 5) {
    for (const name of names[language].slice(1, size)) {
      const other = await house.person(name, 'chromium', { language });
      await join(other, room);
      others.push(other);
    }
  } else {
    others.push(await house.server.bots(room, { senders: size - 1 }));
  }
  await until(`${size} are in the meeting`, async () => (await tiles(person)) >= size, { within: 40_000 });
  await until('pictures flow', async () => (await person.pictures()).length >= Math.min(size - 1, 3), { within: 40_000 }).catch(() => {});
  return { others, end: () => Promise.all(others.map((other) => (other.close ? other.close() : other.stop()))) };
}

async function meetings(size, theme, language) {
  const person = await viewer(size, theme, language);
  const { page } = person;
  await page.goto(house.server.url, { waitUntil: 'load' });
  await page.waitForSelector('main');
  await person.shoot('home');

  const room = freshRoom();
  await page.goto(`${house.server.url}/r/${room}`, { waitUntil: 'load' });
  await page.waitForSelector('form input[autocomplete=name]');
  await until('the preview shows', () => page.evaluate(() => [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0)));
  await person.shoot('lobby');
  await join(person, room);
  await person.shoot('meeting-1');

  const two = await company(person, room, language, 2);
  await person.shoot('meeting-2');
  await page.keyboard.press('c');
  await page.waitForSelector('[role=log]');
  const [other] = two.others;
  await other.page.keyboard.press('c');
  await other.page.waitForSelector('[role=log]');
  for (const [index, text] of chat[language].entries()) {
    const speaker = index % 2 ? person : other;
    const box = await speaker.page.waitForSelector('textarea');
    await box.type(text);
    await speaker.page.keyboard.press('Enter');
    await page.waitForFunction((wanted) => document.querySelector('[role=log]')?.innerText.includes(wanted.slice(0, 12)), {}, text);
  }
  await person.shoot('chat');
  await page.keyboard.press('Escape');
  await other.page.keyboard.press('Escape');
  await other.page.keyboard.press('s');
  await until('the screen shows', async () => (await person.pictures()).some(({ track }) => track % 4 === 2)).catch(() => {});
  await person.shoot('share');
  await two.end();

  for (const count of [5, 12]) {
    const room = freshRoom();
    await join(person, room);
    const meeting = await company(person, room, language, count);
    await person.shoot(`meeting-${count}`);
    if (count === 12) {
      await page.keyboard.press('p');
      await person.shoot('people');
      await page.keyboard.press('Escape');
    }
    await meeting.end();
  }
  await page.$$eval('[role=toolbar] button', (buttons) => buttons.at(-1).click());
  await page.waitForSelector('h1');
  await person.shoot('left');
  await person.close();
}

const only = (process.env.ONLY ?? '').split(',').filter(Boolean);
try {
  for (const size of Object.keys(sizes)) {
    for (const theme of ['dark', 'light']) {
      for (const language of ['en', 'ko']) {
        if (only.length && !only.includes(`${size}-${theme}-${language}`)) continue;
        await meetings(size, theme, language);
        console.log(`${size}, ${theme}, ${language}: ${taken} pictures so far`);
      }
    }
  }
} finally {
  await house.close();
}
