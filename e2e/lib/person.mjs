// A person in front of a browser: does what people do, by role and label, and looks at what the browser measured.
import { find, prepare, sees } from './roles.mjs';
import { until } from './server.mjs';

/** Runs in the page before its own scripts: keeps every peer connection within reach and counts SDP exchanges. */
function observe() {
  const connections = [];
  let exchanges = 0;
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
    setRemoteDescription(...args) {
      exchanges++;
      return super.setRemoteDescription(...args);
    }
  };
  window.observed = {
    connections,
    exchanges: () => exchanges,
    errors: [],
    async inbound() {
      const rows = [];
      for (const connection of connections) {
        if (connection.connectionState === 'closed') continue;
        for (const report of (await connection.getStats()).values()) {
          if (report.type === 'inbound-rtp') rows.push({ ...report });
        }
      }
      return rows;
    },
  };
  // Looked at inside the page: a driver's round trip takes longer than many of the waits that are measured. moments[n]
  // is when (in ms since 1970) n video slots had first decoded and some sound had been heard.
  const moments = (window.observed.moments = {});
  setInterval(async () => {
    if (connections.length === 0) return;
    const rows = await window.observed.inbound();
    if (!rows.some((row) => row.kind === 'audio' && row.totalAudioEnergy > 0)) return;
    const pictures = rows.filter((row) => row.kind === 'video' && row.framesDecoded > 0).length;
    for (let n = 1; n <= pictures; n++) moments[n] ??= Date.now();
  }, 100);
  window.addEventListener('error', (event) => window.observed.errors.push(String(event.message)));
  window.addEventListener('unhandledrejection', (event) => window.observed.errors.push(String(event.reason)));
  document.addEventListener('securitypolicyviolation', (event) =>
    window.observed.errors.push(`CSP ${event.violatedDirective} ${event.blockedURI}`),
  );
}

export class Person {
  constructor(name, engine, page) {
    this.name = name;
    this.engine = engine;
    this.page = page;
  }

  /** Opens a tab in a fresh context of the browser. */
  static async sit(name, engine, browser, { language = 'en', viewport = { width: 1280, height: 800 } } = {}) {
    const context = await browser.createBrowserContext();
    return Person.#enter({ name, engine, context, language, viewport });
  }

  /** The same person in another tab of the same browser. */
  tab() {
    return Person.#enter(this);
  }

  static async #enter({ name, engine, context, language, viewport }) {
    const page = await context.newPage();
    await page.setViewport(viewport);
    await page.evaluateOnNewDocument((lang) => {
      Object.defineProperty(navigator, 'language', { get: () => lang });
      Object.defineProperty(navigator, 'languages', { get: () => [lang] });
    }, language);
    return Object.assign(await Person.at(name, engine, page), { context, language, viewport });
  }

  /** Sits down at a tab that is still empty. */
  static async at(name, engine, page) {
    await prepare(page, engine);
    await page.evaluateOnNewDocument(observe);
    return new Person(name, engine, page);
  }

  /** Finds an element by role and accessible name, waiting for it. */
  find(role, name, { timeout = 15_000 } = {}) {
    return find(this.page, this.engine, role, name, timeout);
  }

  async click(role, name) {
    const element = await this.find(role, name);
    await element.evaluate((node) => node.click());
  }

  async fill(role, name, text) {
    const element = await this.find(role, name);
    await element.evaluate((node) => {
      node.focus();
      node.select?.();
    });
    await element.type(text);
  }

  /** Whether something with this role and name is there now. */
  async sees(role, name) {
    return sees(this.page, this.engine, role, name);
  }

  /** Waits until the page's text has this in it. */
  async reads(text, { within = 15_000 } = {}) {
    await this.page.waitForFunction((wanted) => document.body.innerText.includes(wanted), { timeout: within }, text);
  }

  /** Goes to the room's lobby. */
  async arrive(server, room) {
    await this.page.goto(`${server.url}/r/${room}`, { waitUntil: 'load' });
    await this.find('button', 'Join');
  }

  /** Goes to the lobby, says who it is and joins. Resolves in the meeting; `joinedAt` is when Join was clicked. */
  async join(server, room) {
    await this.arrive(server, room);
    await this.fill('textbox', 'Your name', this.name);
    const button = await this.find('button', 'Join');
    this.joinedAt = await button.evaluate((node) => {
      const now = Date.now();
      node.click();
      return now;
    });
    await this.find('toolbar', 'Meeting controls');
  }

  async leave() {
    await this.click('button', 'Leave');
    await this.find('button', 'Rejoin');
  }

  /** The browser's inbound-rtp reports, of every peer connection. */
  inbound() {
    return this.page.evaluate(() => window.observed.inbound());
  }

  exchanges() {
    return this.page.evaluate(() => window.observed.exchanges());
  }

  errors() {
    return this.page.evaluate(() => window.observed.errors);
  }

  /** How many frames each live video slot has decoded, by mid. */
  async framesDecoded() {
    const video = (await this.inbound()).filter((report) => report.kind === 'video' && report.framesDecoded > 0);
    return Object.fromEntries(video.map((report) => [report.mid, report.framesDecoded]));
  }

  /** The audio energy heard so far, over all slots. */
  async energyHeard() {
    return (await this.inbound())
      .filter((report) => report.kind === 'audio')
      .reduce((sum, report) => sum + (report.totalAudioEnergy ?? 0), 0);
  }

  /** Waits until at least `slots` video slots decode and some sound is heard; resolves to the time since Join was clicked, in ms. */
  async seesAndHears(slots = 1, { within = 15_000 } = {}) {
    const moment = await until(
      `${this.name} (${this.engine}) sees ${slots} and hears`,
      () => this.page.evaluate((n) => window.observed.moments[n], slots),
      { within },
    );
    return moment - this.joinedAt;
  }

  /** The names of the tiles whose picture is shown now: `[{name, track, width}]`. */
  pictures() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('video[data-track]')]
        .filter((video) => video.videoWidth > 0 && video.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
        .map((video) => ({
          name: video.closest('[role=group]')?.getAttribute('aria-label') ?? '',
          track: Number(video.dataset.track),
          width: video.videoWidth,
        })),
    );
  }

  async close() {
    await this.context.close();
  }
}
