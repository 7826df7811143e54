import type { Emoji, Reaction } from "../lib/protocol";
import type { Ask } from "./meeting.svelte";

/** A reaction that is seen now. */
export interface Flying {
  readonly key: number;
  /** The participant's. */
  readonly id: string;
  readonly emoji: Emoji;
}

/** How long a reaction flies, in ms. */
export const flight = 4000;
/** More at once are a blur, and work. */
const most = 60;

/** What people react with, while it flies. */
export class Reactions {
  /** The oldest first. */
  flying: readonly Flying[] = $state.raw([]);

  readonly #ask: Ask;
  #next = 1;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Mine comes back from the server like everybody's. */
  send(emoji: Emoji): void {
    void this.#ask("react", { emoji }); // one too many is not worth a word
  }

  receive(reactions: readonly Reaction[]): void {
    const fresh = reactions.map(({ id, emoji }) => ({ key: this.#next++, id, emoji }));
    this.flying = [...this.flying, ...fresh].slice(-most);
    const keys = new Set(fresh.map(({ key }) => key));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.flying = this.flying.filter(({ key }) => !keys.has(key));
    }, flight);
    this.#timers.add(timer);
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.flying = [];
  }
}
