import type { Captured, Media, Opened, Trouble, Tuning } from "../browser/media";

/** One camera or microphone: wanted or not, open or not. Its changes happen one after the other. */
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
    }
    const wanted = Object.fromEntries(captures.map((capture) => [capture.#device, capture.id]));
    const opened = await media.open(wanted, tuning);
    for (const capture of captures) capture.#take(opened[capture.#device]);
  }

  /** Turning a microphone off only mutes it: it stays open for the meter, and for being back at once. */
  setOn(on: boolean): Promise<void> {
    this.on = on;
    if (!on) this.trouble = null;
    return this.#settle();
  }

  /** Uses this device from now on. */
  use(id: string): Promise<void> {
    this.id = id;
    return this.#next(async () => {
      if (this.track && this.track.getSettings().deviceId === id) return;
      if (!this.track && !this.on) return;
      // Opened before the old one is closed, so that a refusal leaves the old one; a phone, which has
      // one camera at a time, says that it is in use and gets the other order.
      const before = this.track;
      await this.#open();
      if (this.trouble === "in-use" && before) {
        before.stop();
        await this.#open();
      }
    });
  }

  /** Opens the open device anew: it is to be tuned otherwise, or gives nothing any more. */
  reopen(): Promise<void> {
    return this.#next(async () => {
      if (!this.track) return;
      // Closed first: some browsers tune a device that is open twice for both at once.
      this.#release();
      await this.#open();
    });
  }

  /** Opens the device anew if it gives nothing any more. */
  async revive(): Promise<void> {
    await this.#turn;
    if (this.on && (this.track?.readyState === "ended" || this.track?.muted)) await this.reopen();
  }

  stop(): void {
    this.on = false;
    this.trouble = null;
    void this.#next(async () => {
      if (!this.on) this.#release();
    });
  }

  #settle(): Promise<void> {
    return this.#next(async () => {
      if (this.on && !this.track) await this.#open();
      else if (!this.on && this.#device === "camera") this.#release();
    });
  }

  #next(change: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(change);
    return this.#turn;
  }

  async #open(): Promise<void> {
    this.opening = true;
    this.#take((await this.#media.open({ [this.#device]: this.id }, this.#tuning()))[this.#device]);
  }

  #take(opened: Opened | undefined): void {
    this.opening = false;
    if (!opened?.ok) {
      this.trouble = opened?.trouble ?? "other";
      return;
    }
    this.trouble = null;
    this.#release();
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
