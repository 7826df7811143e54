import { heard, readable, turns, type Caption, type Line, type Turn } from "../lib/captions";

/** The captions of the meeting: whoever gets some says them here, and they stay until they are read. */
export class Captions {
  /** Oldest first, and bounded. */
  #lines: readonly Line[] = $state.raw([]);
  /** There were some in this meeting: only then there is something to set. */
  come: boolean = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What stands on the stage; nothing while nobody says anything. */
  readonly turns: readonly Turn[] = $derived(turns(this.#lines));

  say(caption: Caption): void {
    this.#lines = heard(this.#lines, caption, Date.now());
    this.come ||= this.#lines.length > 0;
    this.#timer ??= setInterval(() => this.#tidy(), 1000);
  }

  /** The meeting is over. */
  clear(): void {
    this.#lines = [];
    this.come = false;
    this.#tidy();
  }

  #tidy(): void {
    const still = readable(this.#lines, Date.now());
    if (still.length < this.#lines.length) this.#lines = still;
    if (still.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
