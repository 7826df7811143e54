import type { Store } from "../browser/storage";
import type { Insider } from "../lib/protocol";

/** A seat as this browser's other tabs read of it. */
interface Seat {
  /** The participant's id, as those outside see it. */
  readonly id: string;
  /** The key that leads back to it. */
  readonly key: string;
}

/**
 * The keys that lead back to seats: this tab's own, and that of the tab that sat down last, for the others to know.
 * Nobody means to be in a meeting twice, with an echo. What other tabs wrote may be out of date: only one whose id is
 * inside is a seat.
 */
export class Seats {
  readonly #tab: Store;
  readonly #browser: Store;

  /** `tab` lives as long as this tab, `browser` is shared by all. */
  constructor(tab: Store, browser: Store) {
    this.#tab = tab;
    this.#browser = browser;
  }

  /** The key that this tab comes back with. */
  keyOf(room: string): string | null {
    return this.#tab.read(ownKey(room));
  }

  keep(room: string, key: string): void {
    this.#tab.write(ownKey(room), key);
  }

  /** I am about to sit down, as this participant. */
  sit(room: string, id: string): void {
    const key = this.keyOf(room);
    if (key !== null) this.#browser.write(sharedKey(room), JSON.stringify({ id, key }));
  }

  /** This tab's seat is given up: coming back takes a new one. */
  forget(room: string): void {
    const key = this.keyOf(room);
    this.#tab.remove(ownKey(room));
    if (key !== null && this.#shared(room)?.key === key) this.#browser.remove(sharedKey(room));
  }

  /** Another tab of this browser sits in the room. */
  elsewhere(room: string, inside: readonly Insider[]): boolean {
    const seat = this.#shared(room);
    return seat !== null && seat.key !== this.keyOf(room) && inside.some(({ id }) => id === seat.id);
  }

  /** The other tab's seat becomes mine with the next connection. */
  takeOver(room: string): void {
    const seat = this.#shared(room);
    if (seat) this.keep(room, seat.key);
  }

  #shared(room: string): Seat | null {
    try {
      const kept: unknown = JSON.parse(this.#browser.read(sharedKey(room)) ?? "null");
      if (typeof kept !== "object" || kept === null) return null;
      const { id, key } = kept as Readonly<Record<string, unknown>>;
      return typeof id === "string" && typeof key === "string" ? { id, key } : null;
    } catch {
      return null; // anybody may have written it
    }
  }
}

function ownKey(room: string): string {
  return `noom.key.${room}`;
}

function sharedKey(room: string): string {
  return `noom.seat.${room}`;
}
