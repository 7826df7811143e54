import type { Process, Processed } from "../browser/media";

/** A process that has not started by now will not, or not while anybody waits for it. In ms. */
const patience = 10_000;

/**
 * A device's track and what is made of it on its way to the others: the raw track as long as nothing is wanted of a
 * process, or when it fails. A track that is still to be made holds the raw one back if that has never been seen.
 */
export class Processing {
  /** What is sent and shown. */
  readonly track: MediaStreamTrack | null = $derived.by(() => this.#made?.track ?? (this.#held ? null : this.#raw));

  #raw: MediaStreamTrack | null = $state.raw(null);
  #made: Processed | null = $state.raw(null);
  #held: boolean = $state(false);
  /** It failed with this process; a new one may do better. */
  failed: boolean = $state(false);

  readonly #holds: boolean;
  readonly #gaveUp: () => void;
  #process: Process | null = null;
  /** Which start is the one that counts. */
  #start = 0;

  /** `holds`: whether the raw track must not be seen while the process starts. `gaveUp` is called when one fails. */
  constructor(holds: boolean, gaveUp: () => void) {
    this.#holds = holds;
    this.#gaveUp = gaveUp;
  }

  /** A process is starting and its track is held back. */
  get starting(): boolean {
    return this.#held;
  }

  /** The device's track now, and what is to be made of it. */
  follow(raw: MediaStreamTrack | null, process: Process | null): void {
    const before = this.#raw;
    const otherProcess = process !== this.#process;
    this.#raw = raw;
    this.#process = process;
    if (otherProcess) this.failed = false;
    if (!raw || !process || otherProcess) this.#drop();
    if (!raw || !process || this.failed) return;
    if (this.#made) {
      if (raw !== before) this.#made.use(raw);
    } else if (raw !== before || otherProcess) {
      void this.#begin(raw, process, this.#holds && raw !== before);
    }
  }

  close(): void {
    this.follow(null, null);
  }

  async #begin(raw: MediaStreamTrack, process: Process, hold: boolean): Promise<void> {
    const start = ++this.#start;
    this.#held = hold;
    const timer = setTimeout(() => this.#fail(start), patience);
    let made: Processed | null = null;
    try {
      made = await process(raw, () => this.#fail(start));
    } catch (error) {
      console.error("A process did not start:", error);
    }
    clearTimeout(timer);
    if (start !== this.#start) return made?.close();
    if (!made) return this.#fail(start);
    this.#made = made;
    this.#held = false;
  }

  #fail(start: number): void {
    if (start !== this.#start) return;
    this.#drop();
    this.failed = true;
    this.#gaveUp();
  }

  /** Back to the raw track; whatever is still starting will be closed. */
  #drop(): void {
    this.#start++;
    this.#made?.close();
    this.#made = null;
    this.#held = false;
  }
}
