/** Nothing moves for so long: the bar steps aside, in ms. */
export const quietAfter = 4000;

/**
 * Whether what surrounds the pictures is to be seen. On a phone, in full screen and in the tidy view it steps aside
 * while nobody touches anything.
 */
export class Chrome {
  /** Only faces and screens: names and signs step aside too. */
  tidy: boolean = $state(false);
  #still: boolean = $state(false);
  #hides = false;
  #busy: () => boolean = () => false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Nobody has touched anything for a while, where that matters. */
  get still(): boolean {
    return this.#still;
  }

  /** Whether the place calls for hiding at all. `busy`: somebody is at the bar, which then stays. */
  arrange(hides: boolean, busy: () => boolean): void {
    this.#hides = hides;
    this.#busy = busy;
    this.stir();
  }

  /** Somebody moved, tapped or typed. */
  stir(): void {
    this.#still = false;
    clearTimeout(this.#timer);
    if (this.#hides) this.#timer = setTimeout(() => this.#rest(), quietAfter);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.tidy = false;
    this.#still = false;
    this.#hides = false;
  }

  #rest(): void {
    if (this.#busy()) this.stir();
    else this.#still = true;
  }
}
