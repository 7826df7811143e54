// Pictures of every screen, from the real page on the real server: desktop and phones, dark and light, English and Korean.
// `node run.mjs screenshots.mjs [folder]`; the folder is e2e/results/screenshots when none is named.
// ONLY=phone-dark-ko,meeting-5 takes only those whose name has one of these in it.
//
// One meeting per language fills up from one person to twelve. On the way the one page that is photographed takes on every
// size and theme by emulation, without a reload: a meeting costs seconds, a change of size only what the layout needs.
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { House } from './lib/room.mjs';
import { until } from './lib/server.mjs';
import { sitFor } from './lib/studio.mjs';

const folder = resolve(process.argv[2] ?? 'results/screenshots');
mkdirSync(folder, { recursive: true });

// A phone's page has six tiles.
const phone = { deviceScaleFactor: 2, mobile: true, tiles: 6 };
const sizes = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1, mobile: false, tiles: 25, themes: ['dark', 'light'] },
  phone: { ...phone, width: 390, height: 844, themes: ['dark', 'light'] },
  small: { ...phone, width: 320, height: 568, themes: ['light'] }, // the smallest that must work
  lying: { ...phone, width: 844, height: 390, themes: ['dark'] },
};
const languages = {
  en: {
    room: 'design-review',
    names: ['Mina Park', 'Elias Berg', 'Noor Haddad', 'Juno Whitaker', 'Tomás Rivera', 'Aiko Tanaka', 'Sam Okafor', 'Priya Nair', 'Leo Fischer', 'Chloé Martin', 'Ravi Menon', 'Hana Kim'],
    chat: ['Good morning! Can everyone hear me?', 'Loud and clear', 'The notes are at https://example.org/notes', 'Thanks!'],
    more: ['Two things are **open**:\n1. the *response times*\n2. this query\n```sql\nselect region, median(ms) from requests group by region\n```', 'Only for you'],
  },
  ko: {
    room: '디자인-회의',
    names: ['박미나', '이서준', '김하윤', '정도윤', '최시우', '한예린', '윤민재', '신유나', 'Leo Fischer', '임채원', '강태오', '문소율'],
    chat: ['안녕하세요! 다들 잘 들리시나요?', '네, 잘 들려요', '회의록은 https://example.org/notes 에 있어요', '고마워요!'],
    more: ['**두 가지**가 남았어요.\n1. *응답 시간*\n2. 이 쿼리\n```sql\nselect region, median(ms) from requests group by region\n```', '둘만 보는 이야기예요'],
  },
};
// The seeds of painted faces that suit the names.
const faces = [22, 29, 28, 27, 31, 17, 24, 13, 26, 23, 20, 12];
// Number 1 speaks all the time; some are muted, and one has no camera on.
const muted = [3, 6, 9];
const unseen = 7;
// Few people have large tiles, many have small ones.
const near = { width: 960, height: 540, fps: 8 };
const far = { width: 480, height: 270, fps: 5 };
const nearest = 5;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const only = (process.env.ONLY ?? '').split(',').filter(Boolean);
const wanted = (name) => only.length === 0 || only.some((part) => name.includes(part));
// A language is left out when all that is wanted ends in another.
const ends = only.map((part) => part.split('-').at(-1));
const spoken = Object.keys(languages).filter((language) => ends.length === 0 || ends.some((end) => end === language || !(end in languages)));
const started = Date.now();
let taken = 0;

/** Whoever is photographed, and the emulation of what they sit at. */
class Viewer {
  constructor(person, devtools) {
    this.person = person;
    this.page = person.page;
    this.devtools = devtools;
  }

  static async sit(house, language) {
    // No viewport of the driver's: two emulations would quarrel.
    const person = await house.person(languages[language].names[0], 'chromium', { language, viewport: null });
    await sitFor(person.page, { seed: faces[0], language, width: 960, height: 540, fps: 8 });
    const viewer = new Viewer(person, await person.page.createCDPSession());
    viewer.language = language;
    await viewer.take('desktop');
    return viewer;
  }

  async take(size) {
    const { width, height, deviceScaleFactor, mobile } = sizes[size];
    await this.devtools.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor, mobile });
    await this.devtools.send('Emulation.setTouchEmulationEnabled', { enabled: mobile, maxTouchPoints: mobile ? 5 : 1 });
  }

  /** Takes this screen in every size and theme that is wanted. `people` is how many cameras are on in the meeting. */
  async shoot(screen, people = 0) {
    for (const [size, { tiles, themes }] of Object.entries(sizes)) {
      const names = themes.map((theme) => [theme, `${screen}-${size}-${theme}-${this.language}`]).filter(([, name]) => wanted(name));
      if (names.length === 0) continue;
      await this.take(size);
      await this.page.mouse.move(0, 0);
      const pictures = Math.min(people, tiles);
      if (pictures > 0) await this.pictured(pictures);
      // Tiles have moved and larger pictures have come.
      await pause(people > 0 ? 1200 : 400);
      for (const [theme, name] of names) {
        await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        await pause(250); // colours fade for 200 ms at most
        await this.page.screenshot({ path: `${folder}/${name}.png` });
        taken++;
      }
    }
    await this.take('desktop');
  }

  pictured(count) {
    return until(`${count} pictures are on the stage`, async () => (await this.person.pictures()).length >= count, { within: 30_000 });
  }

  /** Whether a screen is shown. Track numbers end in 2 for screens (PROTOCOL.md, Words). */
  async seesScreen() {
    return (await this.person.pictures()).some(({ track }) => track % 4 === 2);
  }

  /** By what is the same in every language. */
  async join() {
    const name = await this.page.waitForSelector('#name');
    await name.type(this.person.name);
    await this.page.$eval('form button[type=submit]', (button) => button.click());
    await this.page.waitForSelector('[role=toolbar]');
  }

  press(key) {
    return this.page.keyboard.press(key);
  }
}

/** All pictures in one language: one meeting from the first to the last. */
async function meeting(house, cast, language) {
  const { room, names, chat, more } = languages[language];
  const viewer = await Viewer.sit(house, language);
  const { page } = viewer;
  const others = [];
  const company = async (count) => {
    for (let index = others.length + 1; index < count; index++) {
      others.push(await cast.enter({
        ...{ room, name: names[index], seed: faces[index], ...(index < nearest ? near : far) },
        ...{ talks: index === 1, microphone: muted.includes(index) ? 'muted' : 'on', seen: index !== unseen },
      }));
    }
    return count > unseen ? count - 1 : count;
  };

  await page.goto(house.server.url, { waitUntil: 'load' });
  await page.waitForSelector('h1');
  await viewer.shoot('home');
  await page.goto(`${house.server.url}/r/${encodeURIComponent(room)}`, { waitUntil: 'load' });
  await page.waitForSelector('#name');
  await until('the preview shows', () => page.evaluate(() => [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0)));
  await viewer.shoot('lobby');
  await viewer.join();
  await viewer.shoot('meeting-1', 1);

  await viewer.shoot('meeting-2', await company(2));
  await viewer.press('c');
  const field = await page.waitForSelector('textarea');
  for (const [index, text] of chat.entries()) {
    if (index % 2) await field.type(text).then(() => viewer.press('Enter'));
    else await others[0].say(text);
    await page.waitForFunction((words) => document.querySelector('[role=log]')?.innerText.includes(words), {}, text.slice(0, 12));
  }
  await page.evaluate(() => document.activeElement?.blur());
  await viewer.shoot('chat', 2);
  await conversation(viewer, others[0], names[1], more);
  await viewer.press('c');

  await viewer.shoot('meeting-5', await company(5));
  await others[0].share();
  await until('the screen shows', () => viewer.seesScreen());
  await pause(2000);
  await viewer.shoot('share');
  await others[0].unshare();
  await until('the screen is gone', async () => !(await viewer.seesScreen()));

  const all = await company(names.length);
  await viewer.shoot('meeting-12', all);
  await viewer.press('p');
  await viewer.shoot('people');
  await viewer.press('p');
  await page.$$eval('[role=toolbar] button', (buttons) => buttons.at(-1).click());
  await page.waitForFunction(() => !document.querySelector('[role=toolbar]'));
  await viewer.shoot('left');
  await cast.leave();
  await viewer.person.close();
  console.log(`${language}: ${taken} pictures after ${Math.round((Date.now() - started) / 1000)} s`);
}

/** What else can stand in a chat: formats, a reaction, a picture, the bar of a message; and what only one person reads. */
async function conversation(viewer, other, name, [formatted, secret]) {
  const { page } = viewer;
  const articles = () => page.$$('[role=log] article');
  await other.say(formatted);
  await page.waitForSelector('[role=log] pre');
  const last = (await articles()).at(-1);
  await last.evaluate((element) => element.focus());
  await (await until('its bar', () => last.$('[role=toolbar] button'))).evaluate((button) => button.click());
  await (await until('the emoji', () => last.$('[role=toolbar] button:nth-child(6)'))).evaluate((button) => button.click());
  const before = (await articles()).length;
  const picture = `${folder}/chart.png`;
  await (await page.$('[role=log]')).screenshot({ path: picture });
  await (await page.$('form input[type=file]')).uploadFile(picture);
  await page.waitForSelector('form ul img');
  await viewer.shoot('chat-attached', 2);
  await page.focus('textarea');
  await viewer.press('Enter');
  await until('the picture is sent', async () => (await articles()).length > before && page.$('[role=log] img[src^=blob]'));
  rmSync(picture);
  await page.$eval('[role=log] article:last-of-type', (element) => element.focus());
  await viewer.shoot('chat-bar', 2);
  await page.$eval('form select', (select, wanted) => {
    select.value = [...select.options].find(({ text }) => text === wanted).value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }, name);
  await (await page.$('textarea')).type(secret);
  await viewer.press('Enter');
  await page.waitForFunction((words) => document.querySelector('[role=log]').innerText.includes(words), {}, secret);
  await viewer.shoot('chat-private', 2);
}

const house = await House.open();
try {
  const cast = await house.cast();
  for (const language of spoken) await meeting(house, cast, language);
} finally {
  await house.close();
}
