import { expect, it } from "vitest";
import { afterglow, clock, secondsLeft } from "./timer";

const minute = { endsAt: 1_060_000, seconds: 60 }; // started at 1 000 000

it.each([
  [999_700, 60], // the message came sooner than what we know of the server's clock
  [1_000_000, 60],
  [1_000_001, 60],
  [1_059_100, 1],
  [1_060_000, 0],
  [1_060_000 + afterglow, 0],
  [1_060_001 + afterglow, null],
])("at %d of the server's clock, %s seconds are left", (now, left) => expect(secondsLeft(minute, now)).toBe(left));

it("without a timer nothing is left", () => expect(secondsLeft(null, 0)).toBeNull());

it.each([
  [0, "0:00"],
  [65, "1:05"],
  [3723, "1:02:03"],
])("%d seconds read %s", (seconds, text) => expect(clock(seconds)).toBe(text));
