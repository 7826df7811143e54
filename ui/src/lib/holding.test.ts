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

/** A slot's sums: the time, how long its picture stood still in seconds, and of packets how many came and were lost. */
const picture = (seconds: number, frozen: number, came: number, lost: number): Stat => ({
  type: "inbound-rtp",
  kind: "video",
  mid: "9",
  timestamp: 1_800_000_000_000 + seconds * 1000,
  totalFreezesDuration: frozen,
  packetsReceived: came,
  packetsLost: lost,
});
const pair = { type: "candidate-pair", id: "p", selected: true, currentRoundTripTime: 0.08 };

it("pictures are held that stand still for want of what was lost, and no others", () => {
  const holding = new Holding();
  const held = (...sums: [number, number, number, number]) => holding.look([picture(...sums)]).get("9");
  expect(held(0, 4, 0, 10)).toBeUndefined();
  expect(held(2, 4.4, 1000, 10)).toBeUndefined(); // its sender paused
  expect(held(4, 4.4, 2000, 12)).toBeUndefined(); // all came in time
  expect(held(6, 4.8, 3000, 14)).toBe(60);
  expect([held(8, 5.2, 4000, 16), held(10, 5.6, 5000, 18), held(12, 6, 6000, 20), held(14, 6.4, 7000, 22)]).toEqual([120, 180, 240, undefined]);
  expect(held(16, 8.2, 8000, 24)).toBeUndefined(); // the way was cut off
});

it("where some are lost all the time pictures are held for a request, and where many are for two", () => {
  const holding = new Holding();
  let [came, lost] = [0, 0];
  const held = (share: number, index: number) => {
    came += 100 * (1 - share);
    lost += 100 * share;
    return holding.look([picture(2 * index, 0, came, lost), pair]).get("9");
  };
  const single = [0, 0, 0.01, 0, 0, 0]; // one in a while
  expect([...single, 0.02, 0.02, 0.2, 0.2].map(held)).toEqual([...single.map(() => undefined), 136, undefined, 232, undefined]);
});
