// Pictures of every screen, from the real page on the real server: desktop and phone, dark and light, English and Korean.
// `node run.mjs screenshots.mjs [folder]`; the folder is e2e/results/screenshots when none is named.
// ONLY=desktop-dark-en,phone-light-ko takes only these.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { House } from './lib/room.mjs';
import { until } from './lib/server.mjs';
import { sitFor } from './lib/studio.mjs';

const folder = resolve(process.argv[2] ?? 'results/screenshots');
mkdirSync(folder, { recursive: true });

const themes = ['dark', 'light'];
const sizes = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1 },
  phone: { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
// The others are not photographed: a small window asks for small pictures. Two cores have to paint, encode and decode
// them all, and from six people on the tiles are small as well.
const background = { width: 320, height: 320 };
const near = { width: 640, height: 360, fps: 6 };
const far = { width: 320, height: 180, fps: 2 };
const names = {
  en: ['Mina Park', 'Elias Berg', 'Noor Haddad', 'Juno Whitaker', 'Tomás Rivera', 'Aiko Tanaka', 'Sam Okafor', 'Priya Nair', 'Leo Fischer', 'Chloé Martin', 'Ravi Menon', 'Hana Kim'],
  ko: ['박미나', '이서준', '김하윤', '정도윤', '최시우', '한예린', '윤민재', '신유나', 'Leo Fischer', '임채원', '강태오', '문소율'],
};
// The seeds of painted faces that suit the names.
const faces = [22, 29, 28, 27, 31, 17, 24, 13, 26, 23, 20, 12];
// A room's chat is kept, so each size has a room of its own.
const rooms = {
  desktop: { en: 'design-review', ko: '디자인-회의' },
  phone: { en: 'weekly-sync', ko: '주간-공유' },
};
const chat = {
  en: ['Good morning! Can everyone hear me?', 'Loud and clear', 'The notes are at https://example.org/notes', 'Thanks!'],
  ko: ['안녕하세요! 다들 잘 들리시나요?', '네, 잘 들려요', '회의록은 https://example.org/notes 에 있어요', '고마워요!'],
};

const house = await House.open();
let taken = 0;

/** Someone with a painted face, number `index` in the list of names. */
async function sit(index, language, viewport, camera) {
  const person = await house.person(names[language][index], 'chromium', { language, viewport });
  await sitFor(person.page, { seed: faces[index], language, talks: index === 1, ...camera });
  return person;
}

/** Joins by what is the same in every language. */
async function join(person, room) {
  const { page } = person;
  await page.goto(`${house.server.url}/r/${encodeURIComponent(room)}`, { waitUntil: 'load' });
  const name = await page.waitForSelector('#name');
  await name.type(person.name);
  await page.$eval('form button[type=submit]', (button) => button.click());
  await page.waitForSelector('[role=toolbar]');
}

const press = (person, key) => person.page.keyboard.press(key);

/** Waits until so many pictures are on the stage. */
async function pictured(person, count) {
  await until(`${count} pictures are on the stage`, async () => (await person.pictures()).length >= count, { within: 30_000 });
}

/** The meeting of one size and language, in the wanted themes: one browser, one room that fills up. */
async function meeting(size, language, wanted) {
  const viewer = await sit(0, language, sizes[size], { width: 960, height: 540, fps: 10 });
  const { page } = viewer;
  const others = [];
  const place = rooms[size][language];

  const shoot = async (screen) => {
    for (const theme of wanted) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      // Let pictures sharpen and transitions end.
      await new Promise((done) => setTimeout(done, 900));
      await page.screenshot({ path: `${folder}/${screen}-${size}-${theme}-${language}.png` });
      taken++;
    }
  };
  const company = async (count) => {
    while (others.length < count - 1) {
      const other = await sit(others.length + 1, language, background, others.length < 4 ? near : far);
      others.push(other);
      await join(other, place);
    }
    // A phone's page has six tiles.
    await pictured(viewer, size === 'phone' ? Math.min(count, 6) : count);
    await new Promise((done) => setTimeout(done, 1500));
    await shoot(`meeting-${count}`);
  };

  await page.goto(house.server.url, { waitUntil: 'load' });
  await page.waitForSelector('h1');
  await shoot('home');
  await page.goto(`${house.server.url}/r/${encodeURIComponent(place)}`, { waitUntil: 'load' });
  await page.waitForSelector('#name');
  await until('the preview shows', () => page.evaluate(() => [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0)));
  await shoot('lobby');
  await join(viewer, place);
  await pictured(viewer, 1);
  await shoot('meeting-1');

  await company(2);
  await talk(viewer, others[0], language);
  await shoot('chat');
  await press(viewer, 'c');
  await press(others[0], 'c');

  await company(5);
  await press(others[0], 's');
  await until('the screen shows', async () => (await viewer.pictures()).some(({ track }) => track % 4 === 2));
  await new Promise((done) => setTimeout(done, 2000));
  await shoot('share');
  await press(others[0], 's');
  await until('the screen is gone', async () => !(await viewer.pictures()).some(({ track }) => track % 4 === 2));

  await company(12);
  await press(viewer, 'p');
  await shoot('people');
  await press(viewer, 'p');
  await page.$$eval('[role=toolbar] button', (buttons) => buttons.at(-1).click());
  await page.waitForFunction(() => !document.querySelector('[role=toolbar]'));
  await shoot('left');
  await Promise.all([viewer, ...others].map((person) => person.close()));
}

async function talk(viewer, other, language) {
  for (const person of [viewer, other]) {
    await press(person, 'c');
    await person.page.waitForSelector('[role=log]');
  }
  for (const [index, text] of chat[language].entries()) {
    const speaker = index % 2 ? viewer : other;
    const box = await speaker.page.waitForSelector('textarea');
    await box.type(text);
    await press(speaker, 'Enter');
    await viewer.page.waitForFunction((wanted) => document.querySelector('[role=log]')?.innerText.includes(wanted), {}, text.slice(0, 12));
  }
  await viewer.page.evaluate(() => document.activeElement?.blur());
  await other.page.evaluate(() => document.activeElement?.blur());
}

const only = (process.env.ONLY ?? '').split(',').filter(Boolean);
const started = Date.now();
try {
  for (const size of Object.keys(sizes)) {
    for (const language of Object.keys(names)) {
      const wanted = themes.filter((theme) => !only.length || only.includes(`${size}-${theme}-${language}`));
      if (!wanted.length) continue;
      await meeting(size, language, wanted);
      console.log(`${size}, ${language}: ${taken} pictures after ${Math.round((Date.now() - started) / 1000)} s`);
    }
  }
} finally {
  await house.close();
}
