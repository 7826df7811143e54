import type { Store } from "../browser/storage";
import type { Role } from "../lib/protocol";

const browserKey = "noom.browser";
const linksKey = "noom.links";
/** More links than anybody holds; the oldest go first. */
const most = 200;

/** A link that gives power in a room, as this browser keeps it. */
export interface LinkKey {
  readonly room: string;
  readonly key: string;
  /** What the link makes of me; null until a server has said so. */
  readonly role: Role | null;
  /** When it came here, in ms since 1970. */
  readonly at: number;
}

/** What proves to a server who this browser is, and which rooms it has keys to. Kept in storage, newest first. */
export class Keyring {
  links: readonly LinkKey[] = $state.raw([]);

  readonly #store: Store;
  /** What storage would not keep, or does: private windows forget. */
  #browser: string | null = null;

  constructor(store: Store) {
    this.#store = store;
    this.refresh();
    // A room made in another tab is among mine here, too. The keyring is there as long as the page.
    store.watch(linksKey, () => this.refresh());
  }

  /** The token that the server gave this browser, if it has; another tab may have been given it. */
  get browser(): string | null {
    return this.#store.read(browserKey) ?? this.#browser;
  }

  keepBrowser(token: string): void {
    this.#browser = token;
    this.#store.write(browserKey, token);
  }

  /** Other tabs keep keys too: looks again. */
  refresh(): void {
    const kept = this.#store.read(linksKey);
    if (kept !== null) this.links = readLinks(kept);
  }

  /** The key to a room that came last; null for a guest. */
  linkOf(room: string): string | null {
    return this.links.find((link) => link.room === room)?.key ?? null;
  }

  /** The key that makes me host of a room; null when this browser has none. */
  hostKey(room: string): string | null {
    return this.links.find((link) => link.room === room && link.role === "host")?.key ?? null;
  }

  /** The rooms whose host I am, the newest first. */
  get hosted(): readonly string[] {
    return [...new Set(this.links.filter((link) => link.role === "host").map((link) => link.room))];
  }

  /** Keeps a key beside others to the same room: one that gives less never costs me the one that gives more. */
  keepLink(room: string, key: string, { role = null, at = Date.now() }: Partial<Pick<LinkKey, "role" | "at">> = {}): void {
    this.#change((links) => {
      const known = links.find((link) => link.room === room && link.key === key);
      return [{ room, key, role: known?.role ?? role, at }, ...links.filter((other) => other !== known)].slice(0, most);
    });
  }

  /** A server has said what a link makes of me. What it said first holds: later it may tell what I was made meanwhile. */
  learnRole(room: string, key: string, role: Role): void {
    const learnt = (link: LinkKey) => (link.room === room && link.key === key ? { ...link, role: link.role ?? role } : link);
    this.#change((links) => links.map(learnt));
  }

  renameRoom(room: string, name: string): void {
    this.#change((links) => links.map((link) => (link.room === room ? { ...link, room: name } : link)));
  }

  /** Forgets every key to a room. */
  forgetRoom(room: string): void {
    this.#change((links) => links.filter((link) => link.room !== room));
  }

  /** Changes what is kept now: a tab that has been open for days must not undo what another one did since. */
  #change(change: (links: readonly LinkKey[]) => readonly LinkKey[]): void {
    this.refresh();
    this.links = change(this.links);
    this.#store.write(linksKey, JSON.stringify(this.links));
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
  const { room, key, role: said, at } = value as Readonly<Record<string, unknown>>;
  const role = (["host", "cohost", "speaker", "viewer"] as const).find((one) => one === said) ?? null;
  return typeof room === "string" && typeof key === "string" && typeof at === "number" ? [{ room, key, role, at }] : [];
}
