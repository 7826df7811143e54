import { expect, it } from "vitest";
import { afterglow, clock, follow, secondsLeft } from "./timer";

const minute = { endsAt: 1_060_000, seconds: 60 }; // started when the server's clock said 1 000 000

it("a timer that starts before my eyes has its whole time left, whatever my clock says", () => {
  for (const now of [1_000_000, 5_000_000, 20]) {
    expect(secondsLeft(follow(null, minute, true, now), now)).toBe(60);
    expect(secondsLeft(follow(null, minute, true, now), now + 59_100)).toBe(1);
  }
});

it("who comes later goes by the clock, but never beyond the whole time", () => {
  expect(secondsLeft(follow(null, minute, false, 1_020_000), 1_020_000)).toBe(40);
  expect(secondsLeft(follow(null, minute, false, 500_000), 500_000)).toBe(60);
});

it("the same timer told again, as after a reconnection, runs on", () => {
  const started = follow(null, minute, true, 0);
  expect(follow(started, { ...minute }, false, 30_000)).toBe(started);
  expect(follow(started, { endsAt: 1_200_000, seconds: 60 }, true, 30_000)?.endsAt).toBe(90_000);
  expect(follow(started, null, true, 0)).toBeNull();
});

it("stays over for a while, and then goes", () => {
  const started = follow(null, minute, true, 0);
  expect(secondsLeft(started, 60_000)).toBe(0);
  expect(secondsLeft(started, 60_000 + afterglow + 1)).toBeNull();
});

it.each([
  [0, "0:00"],
  [65, "1:05"],
  [3723, "1:02:03"],
])("%d seconds read %s", (seconds, text) => expect(clock(seconds)).toBe(text));
