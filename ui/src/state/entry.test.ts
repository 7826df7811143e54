import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeStore } from "../browser/fakes";
import type { Failure } from "../lib/protocol";
import { Entry } from "./entry.svelte";
import type { Ask } from "./meeting.svelte";
import { Preferences } from "./preferences.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Comes back to the queue; the server says no once, and then that there is a place. */
function comeBack(no: Partial<Failure>) {
  let asked = 0;
  const ask = (async () => {
    if (++asked > 1) return { ok: true, value: { wait: "lobby" } };
    return { ok: false, failure: { code: "limited", text: "", ...no } };
  }) as Ask;
  const entry = new Entry(ask, new Preferences(new FakeStore()));
  entry.wait = "lobby";
  return { entry, entered: entry.enter(true), asked: () => asked };
}

it.each<Partial<Failure>>([
  { reason: "refused", retry: 30 },
  { reason: "refused", retry: 2 }, // hosts have said no: one asks them again oneself, or not
  { reason: "neighbours", retry: 2 },
  { reason: "neighbours", retry: 120 },
  { retry: 60 }, // nobody sees me wait meanwhile
])("who comes back to the queue and may not is told so: %j", async (no) => {
  const { entry, entered, asked } = comeBack(no);
  await vi.advanceTimersByTimeAsync(200_000);
  expect([await entered, asked()]).toEqual(["refused", 1]);
  expect(entry).toMatchObject({ wait: null, bound: false, failure: no });
});

it.each<Partial<Failure>>([{ code: "internal" }, {}, { retry: 5 }])(
  "a moment's trouble is waited for in silence: %j",
  async (no) => {
    const { entry, entered, asked } = comeBack(no);
    await vi.advanceTimersByTimeAsync(5000);
    expect([await entered, asked()]).toEqual(["waiting", 2]);
    expect(entry).toMatchObject({ wait: "lobby", failure: null });
  },
);
