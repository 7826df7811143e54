import type { MadeRoom as Looked, RoomChange, Rooms } from "../browser/rooms";
import type { Result } from "../lib/parse";
import type { Failure, Role } from "../lib/protocol";
import { randomRoom } from "../lib/rooms";
import type { Keyring } from "./keyring.svelte";
import type { Preferences } from "./preferences.svelte";

/** This browser has no key to the room. */
const noKey: Failure = { code: "not_found", text: "no key to this room" };

/** A link that gives power: its id stands before the dot of its key. */
export interface PowerLink {
  readonly id: string;
  readonly role: Role;
  /** The one by which I am host: without it the room would be nobody's here. */
  readonly mine: boolean;
}

export interface MadeRoom extends Looked {
  readonly links: readonly PowerLink[];
}

/** The id of the link that a key is of. */
export function linkId(key: string): string {
  return key.slice(0, key.indexOf("."));
}

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
    return this.#room(name, (key) => this.#rooms.look(name, key));
  }

  change(name: string, change: Omit<RoomChange, "name">): Promise<Result<MadeRoom>> {
    return this.#room(name, (key) => this.#rooms.change(name, key, change));
  }

  async rename(name: string, to: string): Promise<Result<MadeRoom>> {
    const renamed = await this.#room(name, (key) => this.#rooms.change(name, key, { name: to }));
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

  /** Takes a link back: it gives nothing from now on. Answers with the room as it is then. */
  async revoke(name: string, id: string): Promise<Result<MadeRoom>> {
    const revoked = await this.#with(name, (key) => this.#rooms.revoke(name, key, id));
    // It may be gone because another host was quicker; whether the room is, a look tells.
    return revoked.ok || revoked.failure.code === "not_found" ? this.look(name) : revoked;
  }

  /** Takes the room off the list; the room itself stays as it is. */
  forget(name: string): void {
    this.#keyring.forgetRoom(name);
    this.#preferences.forgetRoom(name);
  }

  #room(name: string, ask: (key: string) => Promise<Result<Looked>>): Promise<Result<MadeRoom>> {
    return this.#with(name, async (key) => told(await ask(key), key));
  }

  async #with<T>(name: string, ask: (key: string) => Promise<Result<T>>): Promise<Result<T>> {
    const key = this.#keyring.hostKey(name);
    return key === null ? { ok: false, failure: noKey } : ask(key);
  }
}

function told(answer: Result<Looked>, key: string): Result<MadeRoom> {
  if (!answer.ok) return answer;
  const links = answer.value.links.map((link) => ({ ...link, mine: link.id === linkId(key) }));
  return { ok: true, value: { ...answer.value, links } };
}
