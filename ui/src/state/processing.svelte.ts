import type { Process, Processed } from "../browser/media";

/** A process that has not started by now will not, or not while anybody waits for it. In ms. */
const patience = 10_000;

/**
 * A device's track and what is made of it on its way to the others: the raw track as long as nothing is wanted of a
 * process. One that `holds` hides something: the raw track is not seen while it starts, unless it was seen before, nor
 * when it fails. One that does not leaves the raw track when it fails.
 */
export class Processing {
  /** What is sent and shown. */
  readonly track: MediaStreamTrack | null = $derived.by(() => this.#made?.track ?? (this.#holdsBack ? null : this.#raw));

  #raw: MediaStreamTrack | null = $state.raw(null);
  #made: Processed | null = $state.raw(null);
  #held: boolean = $state(false);
  /** It failed with this process; a new one may do better, and one that holds once the device is opened anew. */
  failed: boolean = $state(false);

  readonly #holds: boolean;
  readonly #gaveUp: () => void;
  #process: Process | null = null;
  /** Which start is the one that counts. */
  #start = 0;

  /** `gaveUp` is called when a process fails. */
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
    if (otherProcess || (this.#holds && !raw)) this.failed = false;
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

  get #holdsBack(): boolean {
    return this.#held || (this.#holds && this.failed);
  }

  /** Nothing is made any more; whatever is still starting will be closed. */
  #drop(): void {
    this.#start++;
    this.#made?.close();
    this.#made = null;
    this.#held = false;
  }
}
