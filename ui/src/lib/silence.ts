/** Tells a microphone that has died from one in a quiet room: the quietest room still has noise in it. */

/** Half of the smallest step of 16 bits: nothing that a microphone hears is below it. */
const nothing = 1 / 65_536;
/** Headsets take a second or two to start, and phones to come back from a call. In ms. */
const patience = 5000;

export interface Hearing {
  /** The largest amplitude heard since the last look, 0 to 1; null: nobody listened. */
  readonly peak: number | null;
  /** The system says that the device gives nothing now. */
  readonly muted: boolean;
}

export class SilenceWatch {
  #since: number | null = null;

  /** Takes what was heard at a time in ms; true once there was nothing for too long. */
  hear({ peak, muted }: Hearing, now: number): boolean {
    if (!muted && (peak === null || peak > nothing)) {
      if (peak !== null) this.#since = null;
      return false;
    }
    this.#since ??= now;
    return now - this.#since >= patience;
  }

  forget(): void {
    this.#since = null;
  }
}
