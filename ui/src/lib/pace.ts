/** How much work a hidden background may be: it steps down by itself before it makes the whole machine slow. */

export interface Pace {
  /** The person is looked for in every so many frames; between them the last outline holds. */
  readonly every: number;
  /** Of the camera's width and height. */
  readonly scale: 1 | 0.5;
}

/** What hiding has cost of late. */
export interface Cost extends Pace {
  /** Of a frame, on average of the last 30; one that is far slower than all others does not count. */
  readonly milliseconds: number;
}

const paces: readonly Pace[] = [
  { every: 1, scale: 1 },
  { every: 2, scale: 1 },
  { every: 4, scale: 1 },
  { every: 4, scale: 0.5 },
];

/** A frame's share of the time that 30 of them a second have, with room for encoding, decoding and everything else. In ms. */
const budget = 8;
/** With the least work a frame still takes this long: the picture would stutter, and the sound next. In ms. */
const hopeless = 45;
/** Frames that are judged together: one or two seconds. */
const frames = 30;
/** Once there is this much room, more work is tried after that many good windows in a row. */
const ample = budget / 2;
const patience = 10;

export class Pacer {
  #step = 0;
  #sum = 0;
  #slowest = { first: 0, second: 0 };
  #count = 0;
  #good = 0;
  #bad = 0;
  /** Twice as much at first, while the browser still compiles. */
  #limit = budget * 2;
  /** A step that was too much once is tried later the next time. */
  #wait = patience;
  /** Another one after each window; null before the first has passed. */
  cost: Cost | null = null;

  get pace(): Pace {
    return paces[this.#step] as Pace;
  }

  /** Takes how long a frame took; false: there is no use in going on. */
  take(milliseconds: number): boolean {
    this.#sum += milliseconds;
    const { first, second } = this.#slowest;
    this.#slowest = { first: Math.max(first, milliseconds), second: Math.max(second, Math.min(first, milliseconds)) };
    this.#count++;
    if (this.#count < frames) return true;
    // The slowest counts as the one after it: a background was painted in it, or the machine did something else.
    const mean = (this.#sum - this.#slowest.first + this.#slowest.second) / this.#count;
    this.#sum = this.#count = 0;
    this.#slowest = { first: 0, second: 0 };
    this.cost = { ...this.pace, milliseconds: mean };
    return this.#judge(mean);
  }

  #judge(mean: number): boolean {
    const last = this.#step === paces.length - 1;
    this.#good = mean < ample ? this.#good + 1 : 0;
    this.#bad = last && mean > hopeless ? this.#bad + 1 : 0;
    const limit = this.#limit;
    this.#limit = budget;
    if (mean > limit && !last) {
      this.#step++;
      this.#wait = Math.min(this.#wait * 2, 1000);
    } else if (this.#good >= this.#wait && this.#step > 0) {
      this.#step--;
      this.#good = 0;
    }
    return this.#bad < 3;
  }
}
