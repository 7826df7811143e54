/**
 * How much sound is to be held before it is played, for each audio slot. Browsers hold as little as comes in time nearly always; what is
 * lost and comes again, or as a copy some packets later, then comes too late. Where much has to be made up, more is held.
 */

import type { Stat } from "./health";

/** In ms: as long as the server asks for sound again, and as a conversation bears. */
const most = 200;
const step = 40;
/** Shares of the sound that were made up since the last look: more is held from the first on, less once all stayed below the second. */
const worse = 0.01;
const better = 0.002;
/** Looks in a row without loss before less is held. */
const calms = 15;
/** The way was cut off: no holding helps. */
const cutOff = 0.5;
/** Samples, a second of sound. Less says little. */
const least = 48_000;

interface Sum {
  readonly played: number;
  readonly madeUp: number;
}

export class Holding {
  readonly #sums = new Map<string, Sum>();
  readonly #held = new Map<string, number>();
  readonly #calm = new Map<string, number>();

  /** What each slot (by its mid) is to hold, in ms, of those for which it changes. */
  look(stats: readonly Stat[]): ReadonlyMap<string, number> {
    const changed = new Map<string, number>();
    for (const stat of stats) {
      const mid = stat["mid"];
      if (stat["type"] !== "inbound-rtp" || stat["kind"] !== "audio" || typeof mid !== "string") continue;
      const sum = sumOf(stat);
      const last = this.#sums.get(mid);
      const played = sum.played - (last?.played ?? 0);
      if (last && played < least) continue; // nothing is said
      this.#sums.set(mid, sum);
      if (!last) continue;
      const before = this.#held.get(mid) ?? 0;
      const now = this.#next(mid, before, (sum.madeUp - last.madeUp) / played);
      if (now === before) continue;
      this.#held.set(mid, now);
      changed.set(mid, now);
    }
    return changed;
  }

  #next(mid: string, held: number, share: number): number {
    if (share > cutOff) return held;
    if (share > worse) {
      this.#calm.set(mid, 0);
      return Math.min(held + step, most);
    }
    const calm = share > better ? 0 : (this.#calm.get(mid) ?? 0) + 1;
    this.#calm.set(mid, calm % calms);
    return calm === calms ? Math.max(held - step, 0) : held;
  }
}

/** What was made up while somebody paused is no loss: it is silence. */
function sumOf(stat: Stat): Sum {
  const number = (key: string): number => (typeof stat[key] === "number" ? stat[key] : 0);
  return { played: number("totalSamplesReceived"), madeUp: number("concealedSamples") - number("silentConcealedSamples") };
}
