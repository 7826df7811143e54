import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Chrome, quietAfter } from "./chrome.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("steps aside after a while of quiet, and is back at once", () => {
  const chrome = new Chrome();
  chrome.arrange(true, () => false);
  vi.advanceTimersByTime(quietAfter - 1);
  chrome.stir();
  vi.advanceTimersByTime(quietAfter - 1);
  expect(chrome.still).toBe(false);
  vi.advanceTimersByTime(1);
  expect(chrome.still).toBe(true);
  chrome.stir();
  expect(chrome.still).toBe(false);
});

it("stays where it has a place of its own, and while somebody is at it", () => {
  const chrome = new Chrome();
  chrome.arrange(false, () => false);
  vi.advanceTimersByTime(10 * quietAfter);
  expect(chrome.still).toBe(false);
  let busy = true;
  chrome.arrange(true, () => busy);
  vi.advanceTimersByTime(10 * quietAfter);
  expect(chrome.still).toBe(false);
  busy = false;
  vi.advanceTimersByTime(quietAfter);
  expect(chrome.still).toBe(true);
  chrome.arrange(false, () => false);
  expect(chrome.still).toBe(false);
});
