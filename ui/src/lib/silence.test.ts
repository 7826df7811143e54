import { expect, it } from "vitest";
import { SilenceWatch } from "./silence";

const silent = { peak: 0, muted: false };

it("five seconds of nothing at all are a dead microphone", () => {
  const watch = new SilenceWatch();
  expect(watch.hear(silent, 0)).toBe(false);
  expect(watch.hear(silent, 4900)).toBe(false);
  expect(watch.hear(silent, 5000)).toBe(true);
});

it("the noise of a quiet room is not silence", () => {
  const watch = new SilenceWatch();
  for (let at = 0; at <= 20_000; at += 100) {
    const peak = at % 1000 === 0 ? 0.0001 : 0;
    expect(watch.hear({ peak, muted: false }, at)).toBe(false);
  }
});

it("one sound takes the alarm back", () => {
  const watch = new SilenceWatch();
  watch.hear(silent, 0);
  expect(watch.hear(silent, 6000)).toBe(true);
  expect(watch.hear({ peak: 0.1, muted: false }, 6100)).toBe(false);
  expect(watch.hear(silent, 6200)).toBe(false);
});

it("nobody listening says nothing of the microphone", () => {
  const watch = new SilenceWatch();
  for (let at = 0; at <= 20_000; at += 100) expect(watch.hear({ peak: null, muted: false }, at)).toBe(false);
});

it("a device that the system has muted is dead even if nobody listens", () => {
  const watch = new SilenceWatch();
  watch.hear({ peak: null, muted: true }, 0);
  expect(watch.hear({ peak: null, muted: true }, 5000)).toBe(true);
});
