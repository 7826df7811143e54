// What most tests need: a server, one browser of each engine, people in fresh contexts, and an end of it all.
import { launch } from './browsers.mjs';
import { Cast } from './cast.mjs';
import { Person } from './person.mjs';
import { Server } from './server.mjs';

export class House {
  #browsers = new Map();

  static async open(options) {
    const house = new House();
    house.server = await Server.start(options);
    return house;
  }

  /** A person with a context of its own in the one browser of this engine; one with a finger has a Firefox of its own kind. */
  async person(name, engine, options) {
    return Person.sit(name, engine, await this.#browser(engine, Boolean(options?.viewport?.hasTouch)), options);
  }

  /** Many people at once, in one tab of Chromium. */
  async cast() {
    return Cast.gather(await this.#browser('chromium'), this.server);
  }

  async #browser(engine, fingers = false) {
    const kind = engine === 'firefox' && fingers ? 'a phone with firefox' : engine;
    if (!this.#browsers.has(kind)) this.#browsers.set(kind, await launch(engine, { fingers }));
    return this.#browsers.get(kind);
  }

  async close() {
    for (const browser of this.#browsers.values()) await browser.close();
    await this.server?.stop();
  }
}

let rooms = 0;
/** A room that no other test uses. */
export const freshRoom = () => `room-${process.pid}-${++rooms}`;
