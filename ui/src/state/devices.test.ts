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
  vi.restoreAllMocks();
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

it("a test sound that cannot be played is said", async () => {
  await devices.playTestSound();
  expect(notices.list).toEqual([]);
  media.sounds = false;
  await devices.playTestSound();
  expect(notices.list).toMatchObject([{ key: "sound-failed" }]);
});

it("a device whose id has changed is known by its label", async () => {
  preferences.microphone = { id: "old", label: "Headset" };
  media.devices.microphone.push({ id: "mic2", label: "Headset" });
  await devices.start();
  expect(devices.microphone).toBe("mic2");
  expect(media.opened.filter((track) => track.readyState === "live")).toHaveLength(2);
  expect(notices.list).toEqual([]);
});

it("a remembered device that was not there at the start is used when it comes", async () => {
  preferences.microphone = { id: "mic2", label: "Headset" };
  await devices.start();
  expect(devices.microphone).toBe("mic1");
  media.plugIn("microphone", { id: "mic2", label: "Headset" });
  await settle();
  expect(devices.microphone).toBe("mic2");
});

describe("tuning", () => {
  it("opens the microphone anew when something else is wanted of it, and the camera stays", async () => {
    await devices.start();
    flushSync();
    const [voice, picture] = [devices.microphoneTrack, devices.cameraTrack];
    preferences.echoCancellation = false;
    await settle();
    expect(media.tunings.at(-1)?.microphone).toMatchObject({ echo: false, noise: true, gain: true });
    expect(devices.microphoneTrack).not.toBe(voice);
    expect(devices.cameraTrack).toBe(picture);
    expect(media.opened.filter((track) => track.readyState === "live")).toHaveLength(2);
  });

  it("leaves original sound alone", async () => {
    preferences.noise = "rnnoise";
    preferences.originalSound = true;
    await devices.start();
    await settle();
    expect(media.tunings[0]?.microphone).toEqual({ echo: false, noise: false, gain: false, stereo: true });
    expect(media.rnnoise.made).toEqual([]);
  });

  it("asks a camera for a smaller picture to save", async () => {
    await devices.start();
    flushSync();
    preferences.quality = "saver";
    await settle();
    expect(media.tunings.at(-1)?.camera).toEqual({ width: 640, height: 360, fps: 15 });
  });

  it("opens nothing that is closed", async () => {
    flushSync();
    preferences.autoGain = false;
    await settle();
    expect(media.asked).toEqual([]);
  });
});

describe("RNNoise", () => {
  beforeEach(async () => {
    preferences.noise = "rnnoise";
    await devices.start();
    await settle();
  });

  it("takes the place of the browser's own filter", () => {
    expect(media.tunings.at(-1)?.microphone.noise).toBe(false);
    expect(devices.microphoneTrack).toBe(media.rnnoise.newest.track);
  });

  it("survives mute, another device and being switched, and leaves nothing open", async () => {
    await devices.setMicrophone(false);
    await devices.setMicrophone(true);
    media.plugIn("microphone", { id: "mic2", label: "Headset" });
    await devices.select("microphone", "mic2");
    await settle();
    expect(media.rnnoise.made).toHaveLength(1);
    expect(media.rnnoise.newest.source.label).toBe("Headset");
    preferences.noise = "off";
    await settle();
    expect([media.rnnoise.open, devices.microphoneTrack?.label]).toEqual([0, "Headset"]);
    preferences.noise = "rnnoise";
    await settle();
    expect(media.rnnoise.open).toBe(1);
    devices.close();
    await settle();
    expect([media.rnnoise.open, media.meters]).toEqual([0, 0]);
    expect(media.opened.every((track) => track.readyState === "ended")).toBe(true);
  });

  it("gives way to the browser's filter when it fails", async () => {
    media.rnnoise.newest.fail();
    await settle();
    expect(notices.list).toMatchObject([{ key: "noise-failed" }]);
    expect(media.tunings.at(-1)?.microphone.noise).toBe(true);
    expect(devices.microphoneTrack?.label).toBe("Desk");
  });
});

describe("a hidden background", () => {
  beforeEach(() => {
    preferences.backdrop = "blur";
  });

  it("is hidden from the first frame on", async () => {
    media.background.mood = "hangs";
    await devices.start();
    await settle();
    expect([devices.cameraTrack, devices.opening.camera]).toEqual([null, true]);
    media.background.mood = "works";
    await devices.setCamera(false);
    await devices.setCamera(true);
    await settle();
    expect(devices.cameraTrack).toBe(media.background.newest.track);
    expect(devices.opening.camera).toBe(false);
  });

  it("survives another camera and another look, and leaves nothing open when the camera goes off", async () => {
    await devices.start();
    await settle();
    media.plugIn("camera", { id: "cam2", label: "Stand" });
    await devices.select("camera", "cam2");
    preferences.backdrop = "scene:sea";
    await settle();
    expect(media.background.made).toHaveLength(1);
    expect(media.background.newest.source.label).toBe("Stand");
    for (let round = 0; round < 3; round++) {
      await devices.setCamera(false);
      await settle();
      expect(media.background.open).toBe(0);
      await devices.setCamera(true);
      await settle();
    }
    devices.close();
    await settle();
    expect(media.background.open).toBe(0);
    expect(media.opened.every((track) => track.readyState === "ended")).toBe(true);
  });

  it("that cannot be hidden any more turns the camera off and says so: nobody sees the room", async () => {
    await devices.start();
    await settle();
    media.background.newest.fail();
    expect(devices.cameraTrack).toBeNull();
    await settle();
    expect(notices.list).toMatchObject([{ key: "backdrop-failed", tone: "danger", action: { name: "show-room" } }]);
    expect([devices.cameraOn, preferences.cameraOn, preferences.backdrop]).toEqual([false, true, "blur"]);
    // Turned on again it is hidden again, or not seen at all.
    await devices.setCamera(true);
    await settle();
    expect(devices.cameraTrack).toBe(media.background.newest.track);
    expect(notices.list).toEqual([]);
  });

  it("that cannot be hidden is shown once I say so", async () => {
    media.background.mood = "throws";
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    await devices.start();
    await settle();
    expect([devices.cameraTrack, devices.cameraOn]).toEqual([null, false]);
    notices.list[0]?.action?.run();
    await settle();
    expect([preferences.backdrop, devices.cameraTrack?.label]).toEqual(["none", "Lid"]);
    expect(notices.list).toEqual([]);
  });
});

describe("a microphone that gives nothing", () => {
  it("is noticed while it is on, and comes back when it is opened anew", async () => {
    await devices.start();
    flushSync();
    media.peak = 0;
    await vi.advanceTimersByTimeAsync(4000);
    expect(devices.microphoneDead).toBe(false);
    await vi.advanceTimersByTimeAsync(1500);
    expect(devices.microphoneDead).toBe(true);
    const before = media.opened.length;
    media.peak = 0.01;
    await devices.restoreSound();
    await settle();
    expect([devices.microphoneDead, media.woken, media.opened.length]).toEqual([false, 1, before + 1]);
    expect(media.opened[0]?.readyState).toBe("ended");
  });

  it("may be silent while muted", async () => {
    await devices.start();
    await devices.setMicrophone(false);
    flushSync();
    media.peak = 0;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(devices.microphoneDead).toBe(false);
  });

  it("is one that the system has taken away, too", async () => {
    await devices.start();
    flushSync();
    media.peak = null;
    for (const track of media.opened) track.muted = true;
    await vi.advanceTimersByTimeAsync(5500);
    expect(devices.microphoneDead).toBe(true);
  });
});

it("a camera turned off while the browser still asks is not opened", async () => {
  const opening = devices.setCamera(true);
  await devices.setCamera(false);
  await opening;
  expect(devices.cameraTrack).toBeNull();
  expect(media.opened.every((track) => track.readyState === "ended")).toBe(true);
});

describe("another device that does not open", () => {
  it("leaves the one that works: I am heard as my button says, and a press mutes", async () => {
    media.devices.microphone.push({ id: "mic2", label: "Headset" });
    await devices.start();
    await devices.select("microphone", "mic1");
    media.troubles.microphone = "denied";
    await devices.select("microphone", "mic2");
    expect([devices.works("microphone"), devices.microphoneTrack?.label, devices.microphone]).toEqual([true, "Desk", "mic1"]);
    expect(preferences.microphone?.id).toBe("mic1");
    expect(notices.list).toMatchObject([{ key: "device-refused", params: { label: "Headset", now: "Desk" } }]);
    await devices.setMicrophone(false);
    expect([devices.works("microphone"), devices.microphoneOn]).toEqual([false, false]);
  });

  it("does not undo what was chosen after it", async () => {
    media.devices.microphone.push({ id: "mic2", label: "Headset" }, { id: "mic3", label: "Stand" });
    await devices.start();
    await devices.select("microphone", "mic1");
    media.busy.add("mic2");
    await Promise.all([devices.select("microphone", "mic2"), devices.select("microphone", "mic3")]);
    expect([preferences.microphone?.id, devices.microphoneTrack?.label]).toEqual(["mic3", "Stand"]);
  });

  it("is tried without the other one on phones, which comes back when that does not help", async () => {
    media.devices.camera.push({ id: "cam2", label: "Busy" });
    await devices.start();
    media.busy.add("cam2");
    await devices.select("camera", "cam2");
    expect([devices.works("camera"), devices.cameraTrack?.label, devices.cameraTrack?.readyState]).toEqual([true, "Lid", "live"]);
    expect(media.opened.filter((track) => track.kind === "video" && track.readyState === "live")).toHaveLength(1);
    media.busy.clear();
    await devices.select("camera", "cam2");
    expect(devices.cameraTrack?.label).toBe("Busy");
  });

  it("is the trouble of a device that is off", async () => {
    preferences.camera = { id: "cam1", label: "Lid" };
    media.troubles.camera = "in-use";
    await devices.start();
    await devices.select("camera", "cam1");
    expect([devices.problem("camera")?.kind, devices.works("camera"), devices.cameraTrack]).toEqual(["in-use", false, null]);
    expect(notices.list).toEqual([]);
  });
});

it("leaving while the browser still asks leaves nothing open", async () => {
  const starting = devices.start();
  devices.stop();
  await starting;
  await settle();
  expect([devices.microphoneTrack, devices.cameraTrack]).toEqual([null, null]);
  expect(media.opened.every((track) => track.readyState === "ended")).toBe(true);
});

it("a camera that was turned round stays so when headphones come, and is forgotten with the meeting", async () => {
  media.devices.camera.push({ id: "cam2", label: "Back" });
  await devices.start();
  await devices.select("camera", "cam1");
  media.asked.length = 0;
  await devices.turnCamera();
  media.plugIn("microphone", { id: "mic2", label: "Headset" });
  await settle();
  expect(media.asked).toEqual([{ camera: "facing:environment" }]);
  expect(notices.list).toEqual([]);
  devices.stop();
  await devices.start();
  expect(media.asked.at(-1)).toMatchObject({ camera: "cam1" });
});

it("a speaker that is pulled out is said, and said to be back", async () => {
  await devices.start();
  await devices.select("speaker", "spk1");
  media.devices.speaker = [{ id: "spk0", label: "Lid" }];
  media.changed();
  await settle();
  expect([devices.speaker, notices.list.at(-1)?.key]).toEqual(["", "speaker-lost"]);
  media.devices.speaker.push({ id: "spk1", label: "Room" });
  media.changed();
  await settle();
  expect([devices.speaker, notices.list.at(-1)?.key]).toEqual(["spk1", "speaker-back"]);
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
