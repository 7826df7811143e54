/** Rooms as their host keeps them: made, looked at, changed and deleted over REST (PROTOCOL.md, Rooms). */
import { parseRefusal, role, settings, type Result } from "../lib/parse";
import type { Role, Settings } from "../lib/protocol";
import { count, list, Malformed, object, text, type Reader } from "../lib/read";

/** Somebody who may not come back. */
export interface Banned {
  readonly who: string;
  /** The name they had. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface MadeRoom {
  readonly room: string;
  readonly settings: Settings;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly banned: readonly Banned[];
  /** Links that give power, the host's own among them. */
  readonly links: readonly { readonly id: string; readonly role: Role }[];
}

export interface RoomChange {
  readonly name?: string;
  readonly settings?: Partial<Settings>;
  /** Those who may come back, by who they are. */
  readonly unban?: readonly string[];
}

/** Asks the server about made rooms. Never rejects: without an answer the failure is `unreachable`. */
export interface Rooms {
  make(name: string): Promise<Result<{ readonly room: string; readonly key: string }>>;
  look(name: string, key: string): Promise<Result<MadeRoom>>;
  change(name: string, key: string, change: RoomChange): Promise<Result<MadeRoom>>;
  remove(name: string, key: string): Promise<Result<object>>;
  /** Makes a further link that gives this role. */
  link(name: string, key: string, role: Role): Promise<Result<{ readonly id: string; readonly key: string }>>;
  /** The link gives nothing from now on. */
  revoke(name: string, key: string, id: string): Promise<Result<object>>;
}

const made = object({ room: text, key: text });
const linked = object({ id: text, key: text });
const nothing: Reader<object> = () => ({});
const room = object<MadeRoom>({
  room: text,
  settings,
  createdAt: count,
  banned: list(object<Banned>({ who: text, name: text, at: count })),
  links: list(object({ id: text, role })),
});

/** A server that has not answered by then is not there. In ms. */
const patience = 10_000;

export class WebRooms implements Rooms {
  readonly #fetch: typeof fetch;

  constructor(ask: typeof fetch) {
    this.#fetch = ask;
  }

  make(name: string) {
    return this.#ask("POST", "", made, null, { name });
  }
  look(name: string, key: string) {
    return this.#ask("GET", path(name), room, key);
  }
  change(name: string, key: string, change: RoomChange) {
    return this.#ask("PATCH", path(name), room, key, change);
  }
  remove(name: string, key: string) {
    return this.#ask("DELETE", path(name), nothing, key);
  }
  link(name: string, key: string, wanted: Role) {
    return this.#ask("POST", `${path(name)}/links`, linked, key, { role: wanted });
  }
  revoke(name: string, key: string, id: string) {
    return this.#ask("DELETE", `${path(name)}/links/${encodeURIComponent(id)}`, nothing, key);
  }

  async #ask<T>(method: string, at: string, read: Reader<T>, key: string | null, body?: object): Promise<Result<T>> {
    let answer: Response;
    let data: unknown;
    try {
      answer = await this.#fetch.call(undefined, `/api/rooms${at}`, {
        method,
        headers: {
          ...(key !== null && { Authorization: `Bearer ${key}` }),
          ...(body && { "Content-Type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(patience),
      });
      data = answer.status === 204 ? {} : await answer.json();
    } catch (error) {
      return { ok: false, failure: { code: "unreachable", text: String(error) } };
    }
    try {
      if (answer.ok) return { ok: true, value: read(data, `${method} ${at}`) };
      return { ok: false, failure: parseRefusal((data as { readonly error?: unknown } | null)?.error) };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { ok: false, failure: { code: "internal", text: error.message } };
    }
  }
}

function path(name: string): string {
  return `/${encodeURIComponent(name)}`;
}
