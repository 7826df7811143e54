import type { MadeRoom, RoomChange, Rooms } from "../browser/rooms";
import type { Result } from "../lib/parse";
import type { Failure, Role } from "../lib/protocol";
import { randomRoom } from "../lib/rooms";
import type { Keyring } from "./keyring.svelte";
import type { Preferences } from "./preferences.svelte";

/** This browser has no key to the room. */
const noKey: Failure = { code: "not_found", text: "no key to this room" };

/** The rooms whose host I am: their keys are on the keyring, what they are like is asked of the server. */
export class MyRooms {
  readonly #rooms: Rooms;
  readonly #keyring: Keyring;
  readonly #preferences: Preferences;

  constructor(rooms: Rooms, keyring: Keyring, preferences: Preferences) {
    this.#rooms = rooms;
    this.#keyring = keyring;
    this.#preferences = preferences;
  }

  /** Their names, the newest first. */
  get names(): readonly string[] {
    return this.#keyring.hosted;
  }

  /** Makes a room, by a name that nobody guesses unless one is given, and keeps its key. */
  async make(name: string = randomRoom((words) => crypto.getRandomValues(words))): Promise<Result<string>> {
    const made = await this.#rooms.make(name);
    if (!made.ok) return made;
    const { room, key } = made.value;
    this.#keyring.keepLink(room, key, { role: "host" });
    return { ok: true, value: room };
  }

  look(name: string): Promise<Result<MadeRoom>> {
    return this.#with(name, (key) => this.#rooms.look(name, key));
  }

  change(name: string, change: Omit<RoomChange, "name">): Promise<Result<MadeRoom>> {
    return this.#with(name, (key) => this.#rooms.change(name, key, change));
  }

  async rename(name: string, to: string): Promise<Result<MadeRoom>> {
    const renamed = await this.#with(name, (key) => this.#rooms.change(name, key, { name: to }));
    if (renamed.ok) {
      this.#keyring.renameRoom(name, renamed.value.room);
      this.#preferences.forgetRoom(name);
    }
    return renamed;
  }

  /** Deletes the room for everybody. */
  async remove(name: string): Promise<Result<object>> {
    const removed = await this.#with(name, (key) => this.#rooms.remove(name, key));
    if (removed.ok) this.forget(name);
    return removed;
  }

  /** The key of a new link that gives this role; for host it is my own. */
  async linkKey(name: string, role: Role): Promise<Result<string>> {
    return this.#with<string>(name, async (key) => {
      if (role === "host") return { ok: true, value: key };
      const linked = await this.#rooms.link(name, key, role);
      return linked.ok ? { ok: true, value: linked.value.key } : linked;
    });
  }

  /** Takes the room off the list; the room itself stays as it is. */
  forget(name: string): void {
    this.#keyring.forgetRoom(name);
    this.#preferences.forgetRoom(name);
  }

  async #with<T>(name: string, ask: (key: string) => Promise<Result<T>>): Promise<Result<T>> {
    const key = this.#keyring.hostKey(name);
    return key === null ? { ok: false, failure: noKey } : ask(key);
  }
}
