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

  /** A person with a context of its own in the one browser of this engine. */
  async person(name, engine, options) {
    return Person.sit(name, engine, await this.#browser(engine), options);
  }

  /** Many people at once, in one tab of Chromium. */
  async cast() {
    return Cast.gather(await this.#browser('chromium'), this.server);
  }

  async #browser(engine) {
    if (!this.#browsers.has(engine)) this.#browsers.set(engine, await launch(engine));
    return this.#browsers.get(engine);
  }

  async close() {
    for (const browser of this.#browsers.values()) await browser.close();
    await this.server?.stop();
  }
}

let rooms = 0;
/** A room that no other test uses. */
export const freshRoom = () => `room-${process.pid}-${++rooms}`;
