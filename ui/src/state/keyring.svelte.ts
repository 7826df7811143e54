import type { Store } from "../browser/storage";

const browserKey = "noom.browser";
const linksKey = "noom.links";
/** More rooms than anybody hosts; the oldest go first. */
const most = 200;

/** A link that gives power in a room, as this browser keeps it. */
export interface LinkKey {
  readonly room: string;
  readonly key: string;
  /** When it came here, in ms since 1970. */
  readonly at: number;
}

/** What proves to a server who this browser is, and which rooms it has keys to. Kept in storage, newest first. */
export class Keyring {
  links: readonly LinkKey[] = $state.raw([]);

  readonly #store: Store;
  #browser: string | null;

  constructor(store: Store) {
    this.#store = store;
    this.#browser = store.read(browserKey);
    this.links = readLinks(store.read(linksKey));
  }

  /** The token that the server gave this browser, if it has. */
  get browser(): string | null {
    return this.#browser;
  }

  keepBrowser(token: string): void {
    this.#browser = token;
    this.#store.write(browserKey, token);
  }

  /** The key to a room; null for a guest. */
  linkOf(room: string): string | null {
    return this.links.find((link) => link.room === room)?.key ?? null;
  }

  keepLink(room: string, key: string, at: number = Date.now()): void {
    this.#write([{ room, key, at }, ...this.links.filter((link) => link.room !== room)].slice(0, most));
  }

  forgetLink(room: string): void {
    this.#write(this.links.filter((link) => link.room !== room));
  }

  #write(links: readonly LinkKey[]): void {
    this.links = links;
    this.#store.write(linksKey, JSON.stringify(links));
  }
}

/** Takes every entry that is sound; anybody may have written the others. */
function readLinks(json: string | null): LinkKey[] {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    return Array.isArray(list) ? list.flatMap(readLink).slice(0, most) : [];
  } catch {
    return [];
  }
}

function readLink(value: unknown): LinkKey[] {
  if (typeof value !== "object" || value === null) return [];
  const { room, key, at } = value as Readonly<Record<string, unknown>>;
  return typeof room === "string" && typeof key === "string" && typeof at === "number" ? [{ room, key, at }] : [];
}
