import type { Captured, Media, Opened, Trouble, Tuning } from "../browser/media";

const none: Opened = { ok: false, trouble: "other" };

/** One camera or microphone: wanted or not, open or in trouble or neither, never both. Its changes happen one after the other. */
export class Capture {
  on: boolean = $state(false);
  opening: boolean = $state(false);
  trouble: Trouble | null = $state(null);
  track: MediaStreamTrack | null = $state.raw(null);
  /** The id in use, or that would be used; "" for the system's default. */
  id: string = $state("");

  readonly #device: Captured;
  readonly #media: Media;
  readonly #tuning: () => Tuning;
  readonly #lost: (label: string) => void;
  #turn: Promise<void> = Promise.resolve();
  #watching = new AbortController();
  /** How it was opened last. */
  #tuned = "";

  /** `tuning` says how devices are to be opened now. `lost` learns the label of a device that ended by itself, once another has taken its place or none could. */
  constructor(device: Captured, id: string, media: Media, tuning: () => Tuning, lost: (label: string) => void) {
    this.#device = device;
    this.#media = media;
    this.#tuning = tuning;
    this.#lost = lost;
    this.id = id;
  }

  /** Opens several with one question to the user. */
  static async openTogether(captures: readonly Capture[], media: Media, tuning: Tuning): Promise<void> {
    for (const capture of captures) {
      capture.on = true;
      capture.opening = true;
      capture.#tuned = capture.#wordOf(tuning);
    }
    const wanted = Object.fromEntries(captures.map((capture) => [capture.#device, capture.id]));
    const opening = media.open(wanted, tuning);
    // In turn: whatever is wanted while the user is asked comes after.
    const take = (capture: Capture) => capture.#next(async () => capture.#take((await opening)[capture.#device] ?? none));
    await Promise.all(captures.map(take));
  }

  /** Turning a microphone off only mutes it: it stays open for the meter, and for being back at once. */
  setOn(on: boolean): Promise<void> {
    this.on = on;
    if (!on) this.trouble = null;
    return this.#settle();
  }

  /**
   * Uses this device from now on; resolves with what is in the way. An open device is given up only for another that opens.
   */
  use(id: string): Promise<Trouble | null> {
    this.id = id;
    return this.#next(async () => {
      this.id = id;
      if (!this.#live) {
        if (this.on) await this.#open();
        return this.trouble;
      }
      const before = this.track?.getSettings().deviceId ?? "";
      if (before === id) return null;
      let opened = await this.#ask();
      // A phone has one camera at a time: it says that it is in use until the old one is closed.
      const once = !opened.ok && opened.trouble === "in-use";
      if (once) {
        this.#release();
        opened = await this.#ask();
      }
      if (opened.ok) {
        this.#take(opened);
        return null;
      }
      this.id = before;
      if (once) await this.#open();
      return opened.trouble;
    });
  }

  /** Opens the open device anew: it gives nothing any more. */
  reopen(): Promise<void> {
    return this.#next(() => this.#anew());
  }

  /** Opens the open device anew if it is to be tuned otherwise. */
  retune(): Promise<void> {
    return this.#next(async () => {
      if (this.#tuned !== this.#wordOf(this.#tuning())) await this.#anew();
    });
  }

  /** Opens the device anew if it gives nothing any more. */
  async revive(): Promise<void> {
    await this.#turn;
    if (this.on && (this.track?.readyState === "ended" || this.track?.muted)) await this.reopen();
  }

  /** Closes it; `id` is what the next one begins with. */
  stop(id: string): void {
    this.on = false;
    this.trouble = null;
    this.id = id;
    void this.#next(async () => {
      if (!this.on) this.#release();
    });
  }

  #settle(): Promise<void> {
    return this.#next(async () => {
      if (this.on && !this.#live) await this.#open();
      else if (!this.on && this.#device === "camera") this.#release();
    });
  }

  get #live(): boolean {
    return this.track?.readyState === "live";
  }

  #next<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(change);
    this.#turn = done.then(() => undefined);
    return done;
  }

  async #anew(): Promise<void> {
    if (!this.track) return;
    // Closed first: some browsers tune a device that is open twice for both at once.
    this.#release();
    await this.#open();
  }

  async #open(): Promise<void> {
    this.#take(await this.#ask());
  }

  /** Opens the device of this id beside the one that is open. */
  async #ask(): Promise<Opened> {
    this.opening = true;
    const tuning = this.#tuning();
    this.#tuned = this.#wordOf(tuning);
    const opened = await this.#media.open({ [this.#device]: this.id }, tuning);
    this.opening = false;
    return opened[this.#device] ?? none;
  }

  /** What of it this device is opened by. */
  #wordOf(tuning: Tuning): string {
    return JSON.stringify(tuning[this.#device]);
  }

  #take(opened: Opened): void {
    this.opening = false;
    this.#release();
    if (!opened.ok) {
      this.trouble = opened.trouble;
      return;
    }
    this.trouble = null;
    // Turned off while the browser was still asking.
    if (!this.on && this.#device === "camera") return opened.track.stop();
    this.track = opened.track;
    this.id = opened.track.getSettings().deviceId ?? this.id;
    this.#watching = new AbortController();
    opened.track.addEventListener("ended", () => void this.#ended(opened.track.label), { signal: this.#watching.signal });
  }

  #release(): void {
    this.#watching.abort();
    this.track?.stop();
    this.track = null;
  }

  /** Unplugged, or taken away by the system. Any other device is better than none. */
  async #ended(label: string): Promise<void> {
    await this.#next(async () => {
      this.#release();
      if (!this.on) return;
      this.id = "";
      await this.#open();
    });
    this.#lost(label);
  }
}
