import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { asTrack, FakeProcess, FakeTrack } from "../browser/fake-media";
import { Processing } from "./processing.svelte";

const camera = () => asTrack(new FakeTrack("video", { id: "cam1", label: "Lid" }));
let process: FakeProcess;
let gaveUp: ReturnType<typeof vi.fn<() => void>>;
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  process = new FakeProcess();
  gaveUp = vi.fn<() => void>();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const settle = () => vi.advanceTimersByTimeAsync(0);
const processing = (holds = false) => new Processing(holds, gaveUp);

it("nothing wanted: the raw track", () => {
  const way = processing();
  const raw = camera();
  way.follow(raw, null);
  expect(way.track).toBe(raw);
});

it("the raw track goes on until another is made of it", async () => {
  const way = processing();
  const raw = camera();
  way.follow(raw, process.start);
  expect(way.track).toBe(raw);
  await settle();
  expect(way.track).toBe(process.newest.track);
});

it("a picture that nobody has seen yet is held back until its background is hidden", async () => {
  const way = processing(true);
  way.follow(camera(), process.start);
  expect([way.track, way.starting]).toEqual([null, true]);
  await settle();
  expect([way.track, way.starting]).toEqual([process.newest.track, false]);
});

it("a picture that everybody sees already stays while its background is being hidden", async () => {
  const way = processing(true);
  const raw = camera();
  way.follow(raw, null);
  way.follow(raw, process.start);
  expect(way.track).toBe(raw);
});

it("another device goes into the same process, without a break", async () => {
  const way = processing(true);
  way.follow(camera(), process.start);
  await settle();
  const { track } = way;
  const other = camera();
  way.follow(other, process.start);
  expect(way.track).toBe(track);
  expect(process.newest.source).toBe(other);
  expect(process.made).toHaveLength(1);
});

it("nothing is left open when the device is turned off, on and off again", async () => {
  const way = processing(true);
  for (let round = 0; round < 3; round++) {
    way.follow(camera(), process.start);
    await settle();
    way.follow(null, process.start);
  }
  way.follow(camera(), process.start);
  way.close(); // while it starts
  await settle();
  expect(process.made).toHaveLength(4);
  expect(process.open).toBe(0);
});

it("a process that fails gives the raw track back, says so once and is not tried again", async () => {
  const way = processing();
  way.follow(camera(), process.start);
  await settle();
  process.newest.fail();
  const raw = camera();
  way.follow(raw, process.start);
  expect(way.track).toBe(raw);
  expect([way.failed, gaveUp.mock.calls.length, process.open]).toEqual([true, 1, 0]);
  const other = new FakeProcess();
  way.follow(raw, other.start);
  await settle();
  expect([way.failed, way.track]).toEqual([false, other.newest.track]);
});

it("what a process hides stays hidden when it fails, and it is tried again once the device is opened anew", async () => {
  const way = processing(true);
  const raw = camera();
  way.follow(raw, process.start);
  await settle();
  process.newest.fail();
  expect([way.track, way.starting, gaveUp.mock.calls.length, process.open]).toEqual([null, false, 1, 0]);
  way.follow(null, process.start);
  way.follow(camera(), process.start);
  await settle();
  expect([way.track, way.failed]).toEqual([process.newest.track, false]);
  process.newest.fail();
  way.follow(raw, null); // nothing is to be hidden any more
  expect(way.track).toBe(raw);
});

it.each(["throws", "declines", "hangs"] as const)("a process that %s does not hold the track back for ever", async (how) => {
  process.mood = how;
  const [way, hiding] = [processing(), processing(true)];
  const raw = camera();
  for (const one of [way, hiding]) one.follow(raw, process.start);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([way.track, way.failed]).toEqual([raw, true]);
  expect([hiding.track, hiding.starting, hiding.failed]).toEqual([null, false, true]);
  expect(gaveUp).toHaveBeenCalledTimes(2);
});
