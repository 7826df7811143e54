import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakePeers } from "../browser/fakes";
import { Link } from "./link.svelte";

let peers: FakePeers;
let link: Link;
let answer: string | null;
beforeEach(() => {
  vi.useFakeTimers();
  peers = new FakePeers();
  link = new Link(peers.open, []);
  answer = "answer";
});
afterEach(() => {
  link.close();
  vi.useRealTimers();
});

async function connected(): Promise<void> {
  link.up(async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  peers.newest.become("connected");
}

it("an interruption of seconds heals by itself, a longer one gets new credentials", async () => {
  await connected();
  peers.newest.become("interrupted");
  expect(link.state).toBe("interrupted");
  await vi.advanceTimersByTimeAsync(2000);
  peers.newest.become("connected");
  await vi.advanceTimersByTimeAsync(5000);
  expect(peers.newest.negotiations).toEqual([false]);
  peers.newest.become("interrupted");
  await vi.advanceTimersByTimeAsync(3500);
  expect(peers.newest.negotiations).toEqual([false, true]);
});

it("a failed connection is restarted at once, and made anew when that does not help", async () => {
  await connected();
  peers.newest.become("failed");
  await vi.advanceTimersByTimeAsync(0);
  expect(peers.newest.negotiations).toEqual([false, true]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(peers.made.length).toBeGreaterThan(1);
  expect(peers.made[0]?.closed).toBe(true);
});

it("an unanswered offer is made again when the server is there", async () => {
  answer = null;
  link.up(async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  answer = "answer";
  link.up(async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  expect(peers.made).toHaveLength(1);
  expect(peers.newest.negotiations).toEqual([false, false]);
});

it("an offer that a busy server refused is made again as soon as it lets me in", async () => {
  answer = null;
  link.up(async () => answer);
  await vi.advanceTimersByTimeAsync(5000);
  answer = "answer";
  link.entered();
  await vi.advanceTimersByTimeAsync(0);
  expect(peers.newest.negotiations).toEqual([false, false]);
  peers.newest.become("connected");
  link.entered();
  await vi.advanceTimersByTimeAsync(0);
  expect(peers.made).toHaveLength(1);
  expect(peers.newest.negotiations).toEqual([false, false]);
});

it("nothing is offered, and nothing thrown away, while the server cannot be asked", async () => {
  await connected();
  link.down();
  peers.newest.become("failed");
  await vi.advanceTimersByTimeAsync(120_000);
  expect(peers.made).toHaveLength(1);
  expect(peers.newest.negotiations).toEqual([false]);
  link.up(async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  expect(peers.newest.negotiations).toEqual([false, true]);
});

it("several signs of one new network make one restart", async () => {
  await connected();
  link.networkChanged();
  link.networkChanged();
  await vi.advanceTimersByTimeAsync(1000);
  expect(peers.newest.negotiations).toEqual([false, true]);
});

it("poor sending shows after three looks, and goes after three good ones", async () => {
  await connected();
  peers.newest.report = [{ type: "remote-inbound-rtp", fractionLost: 0.3 }];
  await vi.advanceTimersByTimeAsync(4000);
  expect(link.sendsPoorly).toBe(false);
  await vi.advanceTimersByTimeAsync(2000);
  expect(link.sendsPoorly).toBe(true);
  peers.newest.report = [];
  await vi.advanceTimersByTimeAsync(6000);
  expect(link.sendsPoorly).toBe(false);
});

it("room for more pictures, which the server did not hear of, is offered again when it is there", async () => {
  await connected();
  answer = null; // the socket is lost just then
  await link.growTo(20);
  expect(peers.newest.negotiations).toEqual([false, false]);
  answer = "answer";
  link.up(async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  expect(peers.newest.negotiations).toEqual([false, false, false]);
  await link.growTo(20);
  link.up(async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  expect(peers.newest.negotiations).toHaveLength(3); // all is agreed
});

it("a connection that is made anew has room for as many pictures from its first offer on", async () => {
  await connected();
  await link.growTo(20);
  link.renew();
  await vi.advanceTimersByTimeAsync(0);
  expect([peers.newest.videoSlots, peers.newest.negotiations]).toEqual([20, [false]]);
});

it("sound is held longer in a slot where much is made up, and a new connection begins anew", async () => {
  await connected();
  const second = 48_000;
  const heard = (seconds: number, madeUp: number): void => {
    const sums = { totalSamplesReceived: seconds * second, concealedSamples: madeUp * second, silentConcealedSamples: 0 };
    peers.newest.report = [{ type: "inbound-rtp", kind: "audio", mid: "4", ...sums }];
  };
  heard(2, 0.5);
  await vi.advanceTimersByTimeAsync(2000);
  heard(4, 0.6);
  await vi.advanceTimersByTimeAsync(2000);
  expect([...peers.newest.held]).toEqual([["4", 40]]);
  link.renew();
  heard(2, 0.5);
  await vi.advanceTimersByTimeAsync(4000);
  expect(peers.newest.held.size).toBe(0);
});
