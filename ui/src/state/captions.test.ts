import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lasting } from "../lib/captions";
import { Captions } from "./captions.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("what was said goes when it has been read, and nothing runs on", () => {
  const captions = new Captions();
  expect(captions.come).toBe(false);
  captions.say({ speaker: "a", text: "Hello", final: true });
  expect(captions.turns).toMatchObject([{ speaker: "a", lines: [{ text: "Hello" }] }]);
  vi.advanceTimersByTime(lasting + 1000);
  expect(captions.turns).toEqual([]);
  expect(captions.come).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it("another meeting begins without the captions of the last one", () => {
  const captions = new Captions();
  captions.say({ speaker: "a", text: "Hello", final: false });
  captions.clear();
  expect(captions.turns).toEqual([]);
  expect(captions.come).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
