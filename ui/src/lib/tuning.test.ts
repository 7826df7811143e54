import { describe, expect, it } from "vitest";
import { layerTuning, pictureTuning, remembered, soundTuning, type Quality, type SoundChoice } from "./tuning";

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

describe("a picture", () => {
  const layers = [180, 360, 720];
  const sent = (quality: Quality, source: number = pictureTuning(quality).height) =>
    layers.map((height) => layerTuning(quality, height, source)).filter(({ active }) => active);

  it("has three layers in HD, two in standard quality and one when data is saved", () => {
    expect(sent("hd").map(({ factor }) => factor)).toEqual([4, 2, 1]);
    expect(sent("standard").map(({ factor }) => factor)).toEqual([2, 1]);
    expect(sent("saver")).toEqual([{ active: true, factor: 2, fps: 15 }]);
  });

  it("is never made larger, and cameras of any size give the same layers", () => {
    expect(sent("hd", 480).map(({ factor }) => factor)).toEqual([480 / 180, 480 / 360, 1]);
    expect(sent("saver", 720).map(({ factor }) => factor)).toEqual([4]);
  });
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
