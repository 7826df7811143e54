import { expect, it } from "vitest";
import type { Stat } from "./health";
import { compare, type Reading } from "./statistics";

const codec = { type: "codec", id: "c1", mimeType: "video/VP8" };
const look = (at: number, ...stats: Stat[]): Reading => ({ at, stats: [codec, ...stats], carried: new Map([["t1", 9]]), way: null });
const camera = (layer: string, bytesSent: number, over: Stat = {}): Stat => ({
  ...{ type: "outbound-rtp", id: `out-${layer}`, mid: "1", rid: layer, codecId: "c1", remoteId: `in-${layer}` },
  ...{ frameWidth: 640, frameHeight: 360, framesPerSecond: 25, qualityLimitationReason: "none", bytesSent, ...over },
});
const face = (bytesReceived: number, packetsReceived: number, packetsLost: number): Stat => ({
  ...{ type: "inbound-rtp", id: "in1", kind: "video", trackIdentifier: "t1", codecId: "c1", jitter: 0.012 },
  ...{ bytesReceived, packetsReceived, packetsLost },
});

it("tells what each layer sends, the smallest first, and what keeps it small", () => {
  const remote = { type: "remote-inbound-rtp", id: "in-h", fractionLost: 0.02, roundTripTime: 0.035, jitter: 0.004 };
  const before = look(1000, camera("h", 1000), camera("q", 500));
  const after = look(3000, camera("h", 126_000, { qualityLimitationReason: "cpu" }), camera("q", 25_500), remote);
  expect(compare(before, after).sent).toMatchObject([
    { kind: "camera", layer: "q", codec: "VP8", bitrate: 100_000, loss: null, limited: null },
    { layer: "h", width: 640, height: 360, fps: 25, bitrate: 500_000, loss: 0.02, rtt: 35, jitter: 4, limited: "cpu" },
  ]);
});

it("tells whose picture arrives, and what was lost since the look before", () => {
  const [received] = compare(look(0, face(0, 1000, 100)), look(1000, face(50_000, 1090, 110))).received;
  expect(received).toMatchObject({ track: 9, audio: false, bitrate: 400_000, loss: 0.1, jitter: 12 });
});

it("leaves out what is idle, and knows no rates at the first look or after counters began anew", () => {
  expect(compare(look(0, camera("f", 700)), look(1000, camera("f", 700))).sent).toEqual([]);
  expect(compare(null, look(0, camera("q", 700), face(10, 1, 0)))).toMatchObject({ sent: [], received: [] });
  expect(compare(look(0, camera("q", 700)), look(1000, camera("q", 10))).sent).toEqual([]);
});

it("tells the path and its room", () => {
  const pair = { type: "candidate-pair", id: "p", selected: true, currentRoundTripTime: 0.02, availableOutgoingBitrate: 2e6 };
  expect(compare(null, look(0, pair))).toMatchObject({ path: { kind: "udp", rtt: 20 }, room: 2e6 });
});

it("tells what the server finds of the way here, once it knows", () => {
  const way = { rate: 2_400_000, queue: 5, lost: 10 };
  expect(compare(null, { ...look(0), way }).way).toEqual(way);
  expect(compare(null, { ...look(0), way: { ...way, rate: 0 } }).way).toBeNull();
});
