import { expect, it } from "vitest";
import { askAgain } from "./again";
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
