/** A train's tunnel or a router's restart is shorter; who is away for longer has gone. In ms. */
const giveUpAfter = 5 * 60_000;

/** The server does not answer; at some point it is given up. */
export class Outage {
  lasts: boolean = $state(false);
  readonly #giveUp: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(giveUp: () => void) {
    this.#giveUp = giveUp;
  }

  /** Found no server, for the first time or again. */
  begin(): void {
    this.lasts = true;
    this.#timer ??= setTimeout(this.#giveUp, giveUpAfter);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.lasts = false;
  }
}
