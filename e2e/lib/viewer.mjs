// Whoever is photographed, and the emulation of what they sit at. The page takes on every size and theme without a
// reload: a meeting costs seconds, a change of size only what the layout needs.
import { look } from './looking.mjs';
import { until } from './server.mjs';
import { sitFor } from './studio.mjs';
import { wordsOf } from './words.mjs';

// A phone's page has six tiles.
const phone = { deviceScaleFactor: 2, mobile: true, tiles: 6 };
const sizes = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1, mobile: false, tiles: 25 },
  phone: { ...phone, width: 360, height: 740 },
  small: { ...phone, width: 320, height: 568 }, // the smallest that must work
  lying: { ...phone, width: 740, height: 360 },
};
const every = Object.keys(sizes).flatMap((size) => ['dark', 'light'].map((theme) => [size, theme]));
/** How screens are taken: the main ones in all ways; of the others each size and theme in one language or the other. */
const ways = {
  main: () => [['desktop', 'dark'], ['desktop', 'light'], ['phone', 'dark'], ['phone', 'light'], ['small', 'light'], ['lying', 'dark']],
  part: (language) => (language === 'en' ? [['desktop', 'dark'], ['phone', 'light']] : [['desktop', 'light'], ['phone', 'dark']]),
};

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Where pictures go, and which are wanted: those whose name has one of `only` in it, or all. */
export class Album {
  taken = 0;

  constructor(folder, { only = [], everyWay = false } = {}) {
    this.folder = folder;
    this.only = only;
    this.everyWay = everyWay;
  }

  waysOf(kind, screen, language) {
    return (this.everyWay ? every : ways[kind](language))
      .map(([size, theme]) => ({ size, theme, name: `${screen}-${size}-${theme}-${language}` }))
      .filter(({ name }) => this.only.length === 0 || this.only.some((part) => name.includes(part)));
  }
}

export class Viewer {
  constructor(album, person, devtools, language) {
    Object.assign(this, { album, person, devtools, language, page: person.page, say: wordsOf(language) });
  }

  /** Somebody with a painted face in a context of their own. `seed` names the face. */
  static async sit(house, album, { name, seed, language }) {
    // No viewport of the driver's: two emulations would quarrel.
    const person = await house.person(name, 'chromium', { language, viewport: null });
    await person.context.overridePermissions(house.server.url, ['clipboard-read', 'clipboard-sanitized-write', 'notifications']);
    return Viewer.#before(house, album, person, { seed, language });
  }

  /** Another tab of the same browser. */
  async tab() {
    return Viewer.#before(this.house, this.album, await this.person.tab(), this);
  }

  static async #before(house, album, person, { seed, language }) {
    await sitFor(person.page, { seed, language, width: 960, height: 540, fps: 8 });
    const viewer = new Viewer(album, person, await person.page.createCDPSession(), language);
    Object.assign(viewer, { house, seed });
    await viewer.take('desktop');
    return viewer;
  }

  async take(size) {
    const { width, height, deviceScaleFactor, mobile } = sizes[size];
    await this.devtools.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor, mobile });
    await this.devtools.send('Emulation.setTouchEmulationEnabled', { enabled: mobile, maxTouchPoints: mobile ? 5 : 1 });
  }

  /**
   * Takes this screen in every size and theme that is wanted. `people` is how many cameras are on in the meeting;
   * `main` takes it in all ways, `on` in one size only; `before` is done in each size, for what a change of size or
   * the time takes away.
   */
  async shoot(screen, { people = 0, main = false, on, before } = {}) {
    const wanted = this.album.waysOf(main ? 'main' : 'part', screen, this.language).filter(({ size }) => !on || size === on);
    let at = 'desktop';
    for (const [turn, { size, theme, name }] of wanted.entries()) {
      await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      if (size !== at || turn === 0) {
        await this.take((at = size));
        await this.page.mouse.move(0, 0);
        await before?.();
        const pictures = Math.min(people, sizes[size].tiles);
        if (pictures > 0) await this.pictured(pictures);
        await pause(people > 0 ? 1000 : 100); // tiles have moved, and larger pictures have come
      }
      await this.settle();
      await this.page.screenshot({ path: `${this.album.folder}/${name}.png`, optimizeForSpeed: true });
      this.album.taken++;
    }
    if (at !== 'desktop') await this.take('desktop');
  }

  /** Resolves when nothing moves any more that was to move once. */
  settle() {
    return this.page.evaluate(async () => {
      const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      await drawn();
      const ends = document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity && one.playState === 'running')
        .map((one) => one.finished.catch(() => undefined));
      await Promise.race([Promise.all(ends), new Promise((done) => setTimeout(done, 600))]);
      await drawn();
    });
  }

  pictured(count) {
    return until(`${count} pictures are on the stage`, async () => (await this.person.pictures()).length >= count, { within: 30_000 });
  }

  /** How many screens are shown. Track numbers end in 2 for screens (PROTOCOL.md, Words). */
  async screens() {
    return (await this.person.pictures()).filter(({ track }) => track % 4 === 2).length;
  }

  /** Opens an address of the page's, and waits for something there. */
  async open(path, selector) {
    // On a phone the page takes back the step in the history that a closed dialog was: that would abort what comes now.
    await this.page.waitForFunction(() => history.state !== 'noom-overlay', { timeout: 1000 }).catch(() => undefined);
    await this.page.goto(this.house.server.url + path, { waitUntil: 'load' });
    return this.page.waitForSelector(selector);
  }

  /** The lobby of a room, with a key or without. */
  lobby(room, key) {
    return this.open(`/r/${encodeURIComponent(room)}${key ? `#k=${key}` : ''}`, '#name');
  }

  /** Fills in what the lobby asks and presses its one button. */
  async ring(passcode) {
    await this.write('#name', this.person.name);
    if (passcode !== undefined) await this.write('#passcode', passcode);
    await this.page.$eval('form button[type=submit]', (button) => button.click());
  }

  async join(passcode) {
    await this.ring(passcode);
    await this.inside();
  }

  inside() {
    return this.page.waitForSelector('[role=toolbar]');
  }

  key(key) {
    return this.page.keyboard.press(key);
  }

  /** Puts this text into a field, in place of what is there. */
  async write(selector, text) {
    await (await this.page.waitForSelector(selector)).evaluate((field) => (field.focus(), field.select()));
    if (text === '') await this.key('Backspace');
    else await this.page.keyboard.sendCharacter(text);
  }

  /** Presses what is called so on the page, in front of all else: a button, an entry of a menu, a tab, a choice. */
  async press(key, values) {
    const name = this.say(key, values);
    await this.page.waitForFunction(
      (name) => {
        const fronts = [...document.querySelectorAll('dialog[open], [role=menu]'), document.body];
        const called = (one) => {
          const words = (one.ariaLabel ?? one.textContent).trim() || one.title;
          return one.checkVisibility() && (words === name || (one.role?.startsWith('menuitem') && words.startsWith(name)));
        };
        for (const front of fronts) {
          const found = [...front.querySelectorAll('button, [role=tab], label')].find(called);
          if (found) return found.click(), true;
        }
        return false;
      },
      { polling: 100, timeout: 10_000 },
      name,
    ).catch((error) => {
      throw new Error(`“${name}” (${key}) is not there to be pressed: ${error.message}`);
    });
  }

  /** Chooses what is behind the viewer, and waits until the preview shows it. */
  async stand(key) {
    const corner = async () => (await look(this.person, 'settings'))?.corner;
    const before = await until('there is a preview', corner);
    await this.press(key);
    await until('something else is behind the viewer', async () => (await corner())?.some((one, at) => Math.abs(one - before[at]) > 30), { within: 20_000 });
  }

  /** Waits until the page says so. */
  async reads(text) {
    await this.person.reads(text);
  }

  /** Waits until this is on the page, or no longer. */
  sees(selector) {
    return this.page.waitForSelector(selector);
  }

  misses(selector) {
    return this.page.waitForFunction((gone) => !document.querySelector(gone), { polling: 100 }, selector);
  }

  /** Scrolls a dialog to what is called so. */
  async scroll(selector) {
    await (await this.page.waitForSelector(selector)).evaluate((element) => element.scrollIntoView({ block: 'start' }));
  }

  /** Closes a dialog. */
  async close(selector) {
    await this.key('Escape');
    await this.misses(selector);
  }

  /** Closes a menu, if one is open, as a click beside it does: in another size the focus may be elsewhere. */
  async closeMenu() {
    await this.page.mouse.click(4, 4);
    await this.misses('[role=menu]');
  }

  leave() {
    return this.person.close();
  }
}
