/**
 * Relief for a machine that has too little time: what is decoded and shown becomes less, step by step, before the sound
 * breaks; and more again, slowly, once all is well. A state machine: measurements and their times go in, a step comes out.
 */
import type { Stat } from "./health";

/** Running sums of one look at what is decoded. */
export interface Load {
  /** In ms, of any clock that does not jump. */
  readonly at: number;
  readonly decoded: number;
  readonly dropped: number;
  /** All time spent on decoding so far, in seconds. */
  readonly decoding: number;
  /** My own picture is sent smaller because the machine is busy. */
  readonly limited: boolean;
}

/** What may be shown at the most. */
export interface Allowance {
  /** The largest picture of a camera. */
  readonly width: number;
  readonly height: number;
  /** Only what is large, or who speaks. */
  readonly few: boolean;
}

const allowances: readonly (Allowance | null)[] = [
  null,
  { width: 640, height: 360, few: false },
  { width: 320, height: 180, few: false },
  { width: 320, height: 180, few: true },
];

/** A twelfth of all frames dropped is seen as stutter. */
const stutter = 1 / 12;
/** A frame that takes longer than this to decode comes late at 25 a second, the more so with others beside it. In ms. */
const slow = 40;
/** Fewer frames between two looks say nothing. */
const enough = 10;
/** Looks in a row that must be bad for a step down: one is a tab that opens. */
const bad = 3;
/** A step shows what it is good for only after a while. In ms. */
const pause = 8000;
/** How long all must be well for a step back; each time that was too early, twice as long, up to the longest. In ms. */
const calm = 30_000;
const longestCalm = 480_000;
/** A step down so soon after one up takes that one back. In ms. */
const relapse = 60_000;
/** Looks farther apart were not made: the tab or the machine slept. In ms. */
const gap = 10_000;

export function loadOf(stats: readonly Stat[], at: number): Load {
  let [decoded, dropped, decoding, limited] = [0, 0, 0, false];
  const number = (stat: Stat, key: string): number => (typeof stat[key] === "number" ? stat[key] : 0);
  for (const stat of stats) {
    if (stat["type"] === "inbound-rtp" && stat["kind"] === "video") {
      decoded += number(stat, "framesDecoded");
      dropped += number(stat, "framesDropped");
      decoding += number(stat, "totalDecodeTime");
    }
    limited ||= stat["type"] === "outbound-rtp" && stat["qualityLimitationReason"] === "cpu";
  }
  return { at, decoded, dropped, decoding, limited };
}

export class Relief {
  /** 0: everything as it is laid out. */
  step = 0;
  #last: Load | null = null;
  #bad = 0;
  /** When it last went up or down, and since when all is well. */
  #moved = -Infinity;
  #raised = -Infinity;
  #well: number | null = null;
  #patience = calm;

  get allowance(): Allowance | null {
    return allowances[this.step] ?? null;
  }

  take(load: Load): void {
    const last = this.#last;
    this.#last = load;
    if (!last || load.at - last.at > gap || load.decoded < last.decoded) return this.#forget();
    const strain = strained(last, load);
    // That my own picture is smaller is not worth hiding anybody's.
    const most = strain === "sending" ? allowances.length - 2 : allowances.length - 1;
    this.#bad = strain === "none" ? 0 : this.#bad + 1;
    if (strain !== "none") this.#well = null;
    else this.#well ??= load.at;
    if (this.#bad >= bad && load.at - this.#moved >= pause && this.step < most) this.#lower(load.at);
    else if (this.step > 0 && this.#well !== null && load.at - Math.max(this.#well, this.#moved) >= this.#patience) this.#raise(load.at);
  }

  #lower(at: number): void {
    if (at - this.#raised < relapse) this.#patience = Math.min(longestCalm, this.#patience * 2);
    this.step++;
    this.#moved = at;
    this.#bad = 0;
  }

  #raise(at: number): void {
    this.step--;
    this.#moved = this.#raised = at;
    if (this.step === 0) this.#well = null;
  }

  /** Nothing can be said from here to the last look. */
  #forget(): void {
    this.#bad = 0;
    this.#well = null;
  }
}

function strained(before: Load, now: Load): "none" | "sending" | "showing" {
  const decoded = now.decoded - before.decoded;
  const dropped = Math.max(0, now.dropped - before.dropped);
  if (decoded + dropped >= enough) {
    if (dropped / (decoded + dropped) > stutter) return "showing";
    if (decoded > 0 && ((now.decoding - before.decoding) * 1000) / decoded > slow) return "showing";
  }
  return now.limited ? "sending" : "none";
}
