import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Countdown } from "./countdown.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("counts the seconds down, and starts over when asked", () => {
  const countdown = new Countdown();
  countdown.start(3);
  expect(countdown.left).toBe(3);
  vi.advanceTimersByTime(1000);
  expect(countdown.left).toBe(2);
  countdown.start(2);
  vi.advanceTimersByTime(2000);
  expect([countdown.left, vi.getTimerCount()]).toEqual([0, 0]);
  countdown.start(5);
  countdown.stop();
  expect([countdown.left, vi.getTimerCount()]).toEqual([0, 0]);
});
