import { expect, it, vi } from "vitest";
import { askAgain, pauseOf, sleep } from "./again";
import type { Failure } from "./protocol";

it.each<[Partial<Failure>, number, number | null]>([
  [{ code: "internal" }, 0, 1000],
  [{ code: "internal" }, 1, 3000],
  [{ code: "limited" }, 0.5, 2000],
  [{ code: "limited", retry: 40 }, 0.5, 40_000],
  [{ code: "limited", reason: "refused", retry: 2 }, 0, null],
  [{ code: "limited", reason: "neighbours", retry: 2 }, 0, null],
  [{ code: "forbidden", reason: "banned" }, 0, null],
  [{ code: "full" }, 0, null],
  [{ code: "full", reason: "busy", retry: 5 }, 0, 5000],
  [{ code: "invalid" }, 0, null],
  [{ code: "not_found" }, 0, null],
  [{ code: "conflict" }, 0, null],
])("after %j, by chance %d, one asks again in %s ms", (failure, chance, pause) => {
  expect(askAgain({ code: "internal", text: "", ...failure }, chance)).toBe(pause);
});

it.each([
  [undefined, 1000],
  [0, 1000],
  [3, 3000],
])("where a server says retry %s one waits %s ms", (retry, pause) => {
  expect(pauseOf({ code: "limited", text: "", ...(retry !== undefined && { retry }) })).toBe(pause);
});

it("a sleep ends by itself or by its stop, and leaves no listener behind", async () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  const gone = vi.spyOn(stop.signal, "removeEventListener");
  const first = sleep(1000, stop.signal);
  await vi.advanceTimersByTimeAsync(1000);
  await first;
  expect(gone).toHaveBeenCalledOnce();
  const second = sleep(1000, stop.signal);
  stop.abort();
  await second;
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
