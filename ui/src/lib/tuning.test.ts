import { describe, expect, it } from "vitest";
import { pictureTuning, remembered, soundTuning, type SoundChoice } from "./tuning";

const usual: SoundChoice = { noise: "browser", echoCancellation: true, autoGain: true, originalSound: false };

describe("a voice", () => {
  it("has its noise taken out by one at a time", () => {
    expect(soundTuning(usual, false).noise).toBe(true);
    expect(soundTuning({ ...usual, noise: "off" }, false).noise).toBe(false);
    expect(soundTuning({ ...usual, noise: "rnnoise" }, false).noise).toBe(false);
    expect(soundTuning({ ...usual, noise: "rnnoise" }, true).noise).toBe(true);
  });

  it("is left alone, in stereo, as original sound", () => {
    const choice: SoundChoice = { ...usual, originalSound: true };
    expect(soundTuning(choice, false)).toEqual({ echo: false, noise: false, gain: false, stereo: true });
  });
});

it("three layers fit into HD", () => {
  expect(pictureTuning("hd")).toEqual({ width: 1280, height: 720 });
  expect(pictureTuning("saver").height).toBeLessThan(720);
});

describe("a remembered device", () => {
  const list = [
    { id: "a", label: "Desk" },
    { id: "b", label: "Headset" },
    { id: "c", label: "" },
  ];

  it("is known by its id, and by its label when ids have changed", () => {
    expect(remembered({ id: "b", label: "Renamed" }, list)?.id).toBe("b");
    expect(remembered({ id: "old", label: "Headset" }, list)?.id).toBe("b");
  });

  it("is not guessed", () => {
    expect(remembered({ id: "old", label: "Gone" }, list)).toBeUndefined();
    expect(remembered({ id: "old", label: "" }, list)).toBeUndefined();
    expect(remembered(null, list)).toBeUndefined();
  });
});
