import { expect, it } from "vitest";
import { swiped } from "./swipe";

it.each([
  ["to the left turns to the next page", -120, 20, 200, 1],
  ["to the right turns back", 120, -20, 200, -1],
  ["that is short was a tap", -20, 0, 100, 0],
  ["downwards is none", -60, 100, 200, 0],
  ["that takes its time is none", -120, 0, 2000, 0],
] as const)("a swipe %s", (_, x, y, duration, want) => {
  expect(swiped({ x: 200, y: 200 }, { x: 200 + x, y: 200 + y }, duration)).toBe(want);
});
