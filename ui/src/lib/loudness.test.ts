import { expect, it } from "vitest";
import { levelOf, scaled, TalkDetector } from "./loudness";

it("silence is 0, full scale is 1, and louder is more", () => {
  expect(levelOf(new Float32Array(1024))).toBe(0);
  expect(levelOf(new Float32Array(1024).fill(1))).toBe(1);
  expect(scaled(0.001)).toBeCloseTo(0);
  expect(scaled(0.1)).toBeGreaterThan(scaled(0.05));
  expect(levelOf([])).toBe(0);
});

it("a cough is no talk, a sentence is", () => {
  const detector = new TalkDetector();
  const hear = (...levels: number[]) => levels.map((level) => detector.hear(level)).at(-1);
  expect(hear(0.9, 0.9, 0, 0, 0, 0)).toBe(false);
  expect(hear(0.6, 0.7, 0.1, 0.6, 0.8)).toBe(true);
  expect(hear(...Array.from({ length: 15 }, () => 0))).toBe(false);
});

it("forgets what was said before", () => {
  const detector = new TalkDetector();
  for (let index = 0; index < 10; index++) detector.hear(1);
  detector.forget();
  expect(detector.hear(1)).toBe(false);
});
