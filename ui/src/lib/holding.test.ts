import { expect, it } from "vitest";
import type { Stat } from "./health";
import { Holding } from "./holding";

/** A slot's sums, in seconds of sound. */
const slot = (mid: string, played: number, madeUp: number, silent = 0): Stat => ({
  type: "inbound-rtp",
  kind: "audio",
  mid,
  totalSamplesReceived: played * 48_000,
  concealedSamples: (madeUp + silent) * 48_000,
  silentConcealedSamples: silent * 48_000,
});

/** Looks every two seconds at one slot of which a share was made up. */
function looks(holding: Holding, from: number, shares: readonly number[]): (number | undefined)[] {
  let madeUp = from / 10;
  return shares.map((share, index) => {
    madeUp += 2 * share;
    return holding.look([slot("4", from + 2 * index + 2, madeUp)]).get("4");
  });
}

it("more is held where more than a hundredth is made up, and as much as a conversation bears at most", () => {
  const holding = new Holding();
  expect(looks(holding, 0, [0.3, 0.009, 0.011, 0.02, 0.3, 0.1, 0.1, 0.1])).toEqual([
    ...[undefined, undefined, 40, 80, 120, 160, 200, undefined],
  ]);
});

it("less is held step by step, once nothing was made up for half a minute", () => {
  const holding = new Holding();
  looks(holding, 0, [0, 0.1, 0.1]);
  const calm = Array<number>(15).fill(0);
  const none = Array<undefined>(14).fill(undefined);
  expect(looks(holding, 6, [0.6, 0.003, ...calm, ...calm, ...calm])).toEqual([
    ...[undefined, undefined],
    ...[...none, 40, ...none, 0, ...none, undefined],
  ]);
});

it("neither silence nor a way that is cut off is a loss", () => {
  const holding = new Holding();
  holding.look([slot("4", 2, 0), slot("5", 2, 0)]);
  expect(holding.look([slot("4", 4, 0, 2), slot("5", 4, 1.5)])).toEqual(new Map());
  expect(holding.look([slot("4", 4.5, 0.5, 2), { type: "inbound-rtp", kind: "video", mid: "8" }])).toEqual(new Map());
});

it("every slot is for itself", () => {
  const holding = new Holding();
  holding.look([slot("4", 2, 0), slot("5", 2, 0)]);
  expect(holding.look([slot("4", 4, 0.1), slot("5", 4, 0)])).toEqual(new Map([["4", 40]]));
});
