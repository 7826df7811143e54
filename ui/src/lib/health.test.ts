import { describe, expect, it } from "vitest";
import { pathOf, receivesPoorly, sampleOf, sendsPoorly, type Sample } from "./health";

const pair = { type: "candidate-pair", id: "p1", localCandidateId: "c1", currentRoundTripTime: 0.0123 };

describe("the path", () => {
  it.each([
    ["is UDP in Chromium", [{ type: "transport", selectedCandidatePairId: "p1" }, pair], "udp"],
    ["is UDP in Firefox", [{ ...pair, selected: true }], "udp"],
    ["is found by its nomination", [{ ...pair, nominated: true, state: "succeeded" }], "udp"],
    ["may be TCP", [{ ...pair, selected: true }, { type: "local-candidate", id: "c1", protocol: "tcp" }], "tcp"],
    [
      "may be a relay",
      [{ ...pair, selected: true }, { type: "local-candidate", id: "c1", protocol: "udp", candidateType: "relay" }],
      "relay",
    ],
  ])("%s", (_, stats, kind) => {
    expect(pathOf(stats)).toEqual({ kind, rtt: 12 });
  });

  it("is unknown before a pair was chosen", () => expect(pathOf([pair])).toBeNull());
});

describe("a connection", () => {
  const sample = (over: Partial<Sample>): Sample => ({
    path: null,
    received: 0,
    lost: 0,
    lostOut: 0,
    narrow: false,
    ...over,
  });

  it("receives poorly when much is lost, not when little came", () => {
    const before = sample({ received: 1000, lost: 500 });
    expect(receivesPoorly(before, sample({ received: 1900, lost: 510 }))).toBe(false);
    expect(receivesPoorly(before, sample({ received: 1080, lost: 520 }))).toBe(true);
    expect(receivesPoorly(before, sample({ received: 1002, lost: 503 }))).toBe(false);
  });

  it("sends poorly when the server misses much or the uplink is narrow", () => {
    expect(sendsPoorly(sampleOf([{ type: "remote-inbound-rtp", fractionLost: 0.2 }]))).toBe(true);
    const uplink = (reasons: string, bitrate: number) =>
      sendsPoorly(
        sampleOf([
          ...reasons.split(" ").map((reason) => ({ type: "outbound-rtp", qualityLimitationReason: reason })),
          { type: "candidate-pair", selected: true, availableOutgoingBitrate: bitrate },
        ]),
      );
    expect(uplink("bandwidth", 150_000)).toBe(true);
    expect(uplink("bandwidth", 800_000)).toBe(false); // without the largest picture, and well
    expect(uplink("bandwidth cpu", 150_000)).toBe(false); // the machine's trouble
    expect(uplink("none", 150_000)).toBe(false); // nobody has asked for more
  });
});

it("sums are over all streams", () => {
  const stats = [1, 2].map((n) => ({ type: "inbound-rtp", packetsReceived: 10 * n, packetsLost: n }));
  expect(sampleOf(stats)).toMatchObject({ received: 30, lost: 3 });
});
