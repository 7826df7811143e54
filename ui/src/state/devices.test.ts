import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeMedia } from "../browser/fake-media";
import { FakeStore } from "../browser/fakes";
import { Devices } from "./devices.svelte";
import { Notices } from "./notices.svelte";
import { Preferences } from "./preferences.svelte";

let media: FakeMedia;
let preferences: Preferences;
let notices: Notices;
let devices: Devices;
beforeEach(() => {
  vi.useFakeTimers();
  media = new FakeMedia();
  preferences = new Preferences(new FakeStore());
  notices = new Notices();
  devices = new Devices(media, preferences, notices);
});
afterEach(() => {
  devices.close();
  vi.useRealTimers();
});

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  flushSync();
}

it("both devices are asked for in one question", async () => {
  await devices.start();
  expect(media.asked).toEqual([{ microphone: "", camera: "" }]);
  expect([devices.microphoneOn, devices.cameraOn]).toEqual([true, true]);
  expect(devices.microphones).toEqual([{ id: "mic1", label: "Desk" }]);
});

it("only what preferences want on is opened", async () => {
  preferences.cameraOn = false;
  await devices.start();
  expect(media.asked).toEqual([{ microphone: "" }]);
  expect(devices.cameraTrack).toBeNull();
});

it("a refused device is a problem of its own, and can be tried again", async () => {
  media.troubles.camera = "denied";
  await devices.start();
  expect(devices.problems).toEqual([{ device: "camera", kind: "denied" }]);
  expect(devices.microphoneTrack).not.toBeNull();
  media.troubles = {};
  await devices.retry("camera");
  expect(devices.problems).toEqual([]);
  expect(devices.cameraTrack).not.toBeNull();
});

it("a permission given later opens the device without a click", async () => {
  media.troubles.camera = "denied";
  await devices.start();
  media.troubles = {};
  media.changed();
  await settle();
  expect(devices.cameraTrack).not.toBeNull();
});

describe("a device that is pulled out", () => {
  it("is replaced, and comes back when it returns", async () => {
    media.devices.microphone.push({ id: "mic2", label: "Headset" });
    await devices.start();
    await devices.select("microphone", "mic2");
    expect(devices.microphone).toBe("mic2");
    media.unplug("microphone", "mic2");
    await settle();
    expect(devices.microphone).toBe("mic1");
    expect(notices.list).toMatchObject([{ key: "device-lost", params: { label: "Headset", now: "Desk" } }]);
    media.plugIn("microphone", { id: "mic2", label: "Headset" });
    await settle();
    expect(devices.microphone).toBe("mic2");
    expect(notices.list.at(-1)).toMatchObject({ key: "device-back", params: { label: "Headset" } });
  });

  it("is missing when there is no other", async () => {
    await devices.start();
    media.unplug("camera", "cam1");
    await settle();
    expect(devices.problem("camera")?.kind).toBe("missing");
    expect(devices.cameraTrack).toBeNull();
  });
});

it("a camera turned off while the browser still asks is not opened", async () => {
  const opening = devices.setCamera(true);
  await devices.setCamera(false);
  await opening;
  expect(devices.cameraTrack).toBeNull();
  expect(media.opened.every((track) => track.readyState === "ended")).toBe(true);
});

it("the meter follows the open microphone, muted or not", async () => {
  await devices.start();
  flushSync();
  media.loudness = 0.7;
  await vi.advanceTimersByTimeAsync(200);
  expect(devices.level).toBe(0.7);
  await devices.setMicrophone(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(devices.level).toBe(0.7);
  devices.stop();
  await settle();
  expect(devices.level).toBe(0);
});

it("a chosen device is remembered", async () => {
  await devices.start();
  await devices.select("speaker", "spk1");
  expect(preferences.speaker).toEqual({ id: "spk1", label: "Room" });
  expect(devices.speaker).toBe("spk1");
});
