import { flushSync } from "svelte";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeMedia, FakeTrack, asTrack } from "../browser/fake-media";
import { FakeStore } from "../browser/fakes";
import { person } from "../browser/fake-signalling";
import { unmade, type Participant, type Role, type Settings } from "../lib/protocol";
import { Appeal } from "./appeal.svelte";
import { Devices } from "./devices.svelte";
import { Doorbell } from "./doorbell";
import { Meeting } from "./meeting.svelte";
import { Notices } from "./notices.svelte";
import { Preferences } from "./preferences.svelte";
import { Roster } from "./roster.svelte";
import { outlets, states } from "./sending";
import { Sharing } from "./sharing.svelte";

const by = { id: "p2", name: "Ben" };
let media: FakeMedia, preferences: Preferences, notices: Notices, devices: Devices, roster: Roster;
let meeting: Meeting, sharing: Sharing, appeal: Appeal;

beforeEach(async () => {
  [media, notices, roster] = [new FakeMedia(), new Notices(), new Roster()];
  preferences = new Preferences(new FakeStore());
  devices = new Devices(media, preferences, notices);
  sharing = new Sharing(media, notices);
  meeting = new Meeting(
    roster,
    async () => ({ ok: false, failure: { code: "unreachable", text: "" } }),
    () => undefined,
  );
  appeal = new Appeal({ meeting, devices, sharing, notices });
  await devices.start();
  be("speaker");
});

function be(role: Role, settings: Partial<Settings> = {}): Participant {
  const me = person(1, { role });
  roster.me = me;
  meeting.settings = { ...unmade, ...settings };
  flushSync();
  return me;
}
const told = () => notices.list.map(({ key }) => key);

describe("a host who asks", () => {
  it("turns nothing on", () => {
    void devices.setMicrophone(false);
    appeal.ask(by, "microphone");
    expect([appeal.asked, devices.microphoneOn]).toEqual([{ by, track: "microphone" }, false]);
    appeal.settle("camera");
    expect(appeal.asked).not.toBeNull();
    appeal.settle("microphone");
    expect(appeal.asked).toBeNull();
  });

  it("for a microphone that is wanted, but that I do not have, is told", async () => {
    media.troubles.microphone = "denied";
    devices = new Devices(media, preferences, notices);
    appeal = new Appeal({ meeting, devices, sharing, notices });
    await devices.start();
    appeal.ask(by, "microphone");
    expect(appeal.asked).toEqual({ by, track: "microphone" });
  });

  it("for what is on already is not worth a word", () => {
    appeal.ask(by, "microphone");
    appeal.ask(by, "screen");
    expect(appeal.asked).toBeNull();
  });

  it("excuses me once where only hosts turn microphones on", () => {
    be("speaker", { unmute: "hosts" });
    expect(appeal.permits("microphone")).toBe(false);
    appeal.ask(by, "microphone");
    expect(appeal.permits("microphone")).toBe(true);
    appeal.muted();
    expect(appeal.permits("microphone")).toBe(false);
  });
});

describe("what a host does to me", () => {
  it("is done, told by name, and no wish of mine for the next meeting", async () => {
    const screen = new FakeTrack("video", { id: "s", label: "Screen" });
    media.screen = { video: asTrack(screen), audio: null };
    await sharing.start();
    appeal.silence(by, "microphone");
    appeal.silence(by, "camera");
    appeal.silence(by, "screen");
    expect([devices.microphoneOn, devices.cameraOn, sharing.tracks]).toEqual([false, false, null]);
    expect([preferences.microphoneOn, preferences.cameraOn]).toEqual([true, true]);
    expect(notices.list.map(({ key, params }) => [key, params])).toEqual([
      ["silenced-microphone", { name: "Ben" }],
      ["silenced-camera", { name: "Ben" }],
      ["silenced-screen", { name: "Ben" }],
    ]);
  });

  it("to my role, my name and my hand is told", () => {
    const me = person(1, { hand: 5 });
    appeal.changed(me, be("cohost"));
    appeal.changed(person(1), person(1, { name: "Other" }));
    expect(told()).toEqual(["role-cohost", "lowered-hand", "renamed"]);
  });

  it("makes a viewer of me who lets nothing out", () => {
    const track = () => states(outlets(devices, sharing, meeting.role));
    expect(track()).toMatchObject({ microphone: "on", camera: "on" });
    appeal.silence(by, "camera");
    appeal.changed(person(1), be("viewer"));
    expect([devices.microphoneOn, devices.cameraOn, told()]).toEqual([false, false, ["role-viewer"]]);
    expect(Object.values(track())).toEqual(["off", "off", "off", "off"]);
  });
});

describe("what I may not do", () => {
  it.each([
    ["viewer", {}, "barred-role", "barred-role", "barred-role"],
    ["speaker", { unmute: "hosts", share: "hosts" }, "barred-microphone", undefined, "barred-screen"],
    ["cohost", { unmute: "hosts", share: "hosts" }, undefined, undefined, undefined],
  ] as const)("as %s is explained", (role, settings, ...want) => {
    be(role, settings);
    const reasons = (["microphone", "camera", "screen"] as const).map((kind) => {
      notices.close();
      appeal.permits(kind);
      return told()[0];
    });
    expect(reasons).toEqual(want);
  });

  it("is off on entering, without a word; what the server lets out stays on", () => {
    const me = be("speaker", { unmute: "hosts" });
    appeal.comply({ ...me, tracks: { ...me.tracks, microphone: "on" } });
    expect(devices.microphoneOn).toBe(true);
    appeal.comply(me);
    expect([devices.microphoneOn, devices.cameraOn, told()]).toEqual([false, true, []]);
  });

  it("turns the button back when the server says so first", () => {
    appeal.refused("camera", "on", { code: "internal", text: "" });
    appeal.refused("microphone", "muted", { code: "forbidden", text: "" });
    expect([devices.cameraOn, devices.microphoneOn, told()]).toEqual([true, true, []]);
    appeal.refused("camera", "on", { code: "forbidden", text: "", reason: "role" });
    appeal.refused("microphone", "on", { code: "forbidden", text: "", reason: "settings" });
    expect([devices.cameraOn, devices.microphoneOn]).toEqual([false, false]);
    expect(told()).toEqual(["barred-role", "barred-microphone"]);
  });
});

it("the doorbell rings for who is new, not too often, and only for those who want to hear it", () => {
  let now = 0;
  const bell = new Doorbell(devices, preferences, () => now);
  const wait = (...ids: string[]) => ids.map((id) => ({ id, name: id, since: 0 }));
  bell.hear(wait(), wait("a"));
  bell.hear(wait("a"), wait("a", "b")); // a class that comes in
  now = 6000;
  bell.hear(wait("a", "b"), wait("b")); // somebody was let in
  bell.hear(wait("b"), wait("b", "c"));
  expect(media.played).toEqual(["knock", "knock"]);
  preferences.sounds = false;
  now = 12_000;
  bell.hear(wait("b"), wait("b", "d"));
  expect(media.played).toHaveLength(2);
});
