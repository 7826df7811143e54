import { expect, it } from "vitest";
import { dismisses } from "./drag";

it.each([
  ["far down, slowly", 200, 0.05, true],
  ["a little, slowly", 100, 0.05, false],
  ["a flick", 40, 0.9, true],
  ["a twitch", 10, 0.9, false],
  ["up", -200, -2, false],
  ["far down, but on the way up again", 200, -1, true],
] as const)("%s", (_, by, speed, want) => {
  expect(dismisses(by, 400, speed)).toBe(want);
});
