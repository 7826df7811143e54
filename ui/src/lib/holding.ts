/**
 * How much is to be held before it is played and shown, for each slot. Browsers hold as little as comes in time nearly always; what is
 * lost and comes again, or as a copy some packets later, then comes too late. Where much sound has to be made up, or a picture stands
 * still for want of what was lost, more is held.
 */

import { number, pathOf, type Stat } from "./health";

/** In what steps, and when. Shares are of what was played or shown since the last look. */
interface Manner {
  /** In ms: as long as the server answers requests, and as a conversation bears. */
  readonly most: number;
  readonly step: number;
  /** From this share of bad on more is held. Less once all stayed below the other. */
  readonly worse: number;
  readonly better: number;
  /** Less of it says little. */
  readonly least: number;
  /** Whether what is lost is waited for, before anything stands still. */
  readonly waits: boolean;
}

const manners: Readonly<Record<string, Manner>> = {
  // In samples of sound.
  audio: { most: 200, step: 40, worse: 0.01, better: 0.002, least: 48_000, waits: false },
  // In seconds of pictures. What is lost twice and comes again over a continent comes within 240 ms.
  video: { most: 240, step: 60, worse: 0.01, better: 0.002, least: 1, waits: true },
};

/** Looks in a row without loss before less is held. */
const calms = 15;
/**
 * Pictures of a way that goes on losing some are held for one request at least, of one that loses many for two: their share of the
 * last ten seconds' packets.
 */
const some = 0.006;
const many = 0.05;
/** How much the last look says of that share. */
const weight = 0.3;
/** A request and its answer take a round trip and some more; and it takes a moment to see that something is missing. In ms. */
const request = 1.2;
const notice = 40;
/** Where a round trip is not known: most of the world within a continent. In ms. */
const usualTrip = 100;
/** The way was cut off: no holding helps. */
const cutOff = 0.5;

/** What was played or shown, and how much of it was made up or stood still, in the same unit. */
interface Sum {
  readonly played: number;
  readonly bad: number;
  /** Packets, and those of them that came. What stands still without any loss waits for its sender. */
  readonly lost: number;
  readonly came: number;
}

export class Holding {
  readonly #sums = new Map<string, Sum>();
  readonly #held = new Map<string, number>();
  readonly #calm = new Map<string, number>();
  readonly #loss = new Map<string, number>();

  /** What each slot (by its mid) is to hold, in ms, of those for which it changes. */
  look(stats: readonly Stat[]): ReadonlyMap<string, number> {
    const changed = new Map<string, number>();
    const trip = pathOf(stats)?.rtt || usualTrip;
    for (const stat of stats) {
      const mid = stat["mid"];
      const manner = manners[String(stat["kind"])];
      if (stat["type"] !== "inbound-rtp" || !manner || typeof mid !== "string") continue;
      const sum = sumOf(stat);
      const last = this.#sums.get(mid);
      const played = sum.played - (last?.played ?? 0);
      if (last && played < manner.least) continue; // nothing is said
      this.#sums.set(mid, sum);
      if (!last) continue;
      const lost = Math.max(sum.lost - last.lost, 0);
      const bad = lost > 0 ? sum.bad - last.bad : 0;
      const before = this.#held.get(mid) ?? 0;
      const requests = manner.waits ? this.#requests(mid, lost / Math.max(sum.came - last.came + lost, 1)) : 0;
      const needed = requests && Math.min(manner.most, Math.round(requests * request * trip) + notice);
      const now = Math.max(needed, this.#next(mid, before, bad / played, manner));
      if (now === before) continue;
      this.#held.set(mid, now);
      changed.set(mid, now);
    }
    return changed;
  }

  /** How many requests a picture is held for. */
  #requests(mid: string, lost: number): number {
    const loss = (1 - weight) * (this.#loss.get(mid) ?? 0) + weight * lost;
    this.#loss.set(mid, loss);
    return loss > many ? 2 : loss > some ? 1 : 0;
  }

  #next(mid: string, held: number, share: number, { most, step, worse, better }: Manner): number {
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

function sumOf(stat: Stat): Sum {
  if (stat["kind"] === "video") {
    const [lost, came] = [number(stat, "packetsLost"), number(stat, "packetsReceived")];
    return { played: number(stat, "timestamp") / 1000, bad: number(stat, "totalFreezesDuration"), lost, came };
  }
  // What was made up while somebody paused is no loss: it is silence.
  const madeUp = number(stat, "concealedSamples") - number(stat, "silentConcealedSamples");
  return { played: number(stat, "totalSamplesReceived"), bad: madeUp, lost: madeUp, came: 0 };
}
