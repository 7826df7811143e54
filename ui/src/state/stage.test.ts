import { SvelteSet } from "svelte/reactivity";
import { beforeEach, describe, expect, it } from "vitest";
import { FakePictures, FakeStore } from "../browser/fakes";
import { person } from "../browser/fake-signalling";
import type { Participant } from "../lib/protocol";
import { Preferences } from "./preferences.svelte";
import { Roster } from "./roster.svelte";
import { Stage } from "./stage.svelte";

let roster: Roster;
let preferences: Preferences;
let stage: Stage;
let spotlight: SvelteSet<string>;
let now: number;

function withTracks(seat: number, tracks: Partial<Participant["tracks"]>): Participant {
  const one = person(seat);
  return { ...one, tracks: { ...one.tracks, ...tracks } };
}

/** Lets the stage rearrange itself, as it does once after whatever happened in one go. */
async function settle(): Promise<void> {
  stage.update();
  await Promise.resolve();
}

async function fill(others: number, size: [number, number] = [1280, 720]): Promise<void> {
  roster.me = person(1);
  roster.participants = Array.from({ length: others }, (_, index) => withTracks(index + 2, { camera: "on" }));
  stage.resize(...size, 1);
  await settle();
}

async function speak(...ids: string[]): Promise<void> {
  now += 1000;
  roster.speaking = ids;
  await settle();
}

const placed = () => stage.placements.map(({ tile }) => tile.track);

beforeEach(() => {
  now = 0;
  spotlight = new SvelteSet();
  roster = new Roster();
  preferences = new Preferences(new FakeStore());
  stage = new Stage(roster, preferences, new FakePictures(), () => [...spotlight], () => now);
});

describe("the grid", () => {
  it("shows everybody, me first", async () => {
    await fill(2);
    expect(placed()).toEqual([5, 9, 13]);
    expect(stage.placements.every(({ main, fit }) => main && fit === "cover")).toBe(true);
  });

  it("wishes for no cameras when I want none, but for screens", async () => {
    await fill(1);
    roster.participants = [withTracks(2, { camera: "on" }), withTracks(3, { camera: "on", screen: "on" })];
    await settle();
    for (const [receive, audio] of [[false, false], [true, true]] as const) {
      preferences.receiveVideo = receive;
      preferences.audioOnly = audio;
      expect(stage.wishes.map(({ track }) => track)).toEqual([14]);
      expect([...stage.live]).toEqual([14]);
    }
    preferences.audioOnly = false;
    expect(stage.wishes.map(({ track }) => track)).toContain(9);
  });

  it("wishes for the pictures of others that are on, in physical pixels", async () => {
    await fill(1);
    stage.resize(1280, 720, 2);
    roster.put(person(3));
    await settle();
    expect(stage.wishes.map(({ track }) => track)).toEqual([9]);
    const { width } = stage.placements[1] ?? { width: 0 };
    expect(stage.wishes[0]?.width).toBe(width * 2);
  });

  it("wishes for less while the machine is busy, in the end only for who speaks, unless I will not have that", async () => {
    await fill(1);
    stage.resize(1280, 720, 2);
    roster.participants = [withTracks(2, { camera: "on" }), withTracks(3, { camera: "on" })];
    roster.speaking = ["p3"];
    stage.update();
    stage.allowance = { width: 320, height: 180, few: false };
    await settle();
    expect(stage.wishes.map(({ track, width }) => [track, width])).toEqual([[9, 320], [13, 320]]);
    stage.allowance = { width: 320, height: 180, few: true };
    await settle();
    expect(stage.wishes.map(({ track }) => track)).toEqual([13]);
    expect([...stage.live]).toEqual([13]); // nobody calls the others stuck
    preferences.relief = false;
    expect(stage.wishes.map(({ track }) => track)).toEqual([9, 13]);
    expect(stage.wishes[0]?.width).toBeGreaterThan(640);
  });

  it("wishes for small cameras, but whole screens, to save data", async () => {
    await fill(1);
    stage.resize(1280, 720, 2);
    roster.participants = [withTracks(2, { camera: "on" }), withTracks(3, { screen: "on" })];
    preferences.quality = "saver";
    await settle();
    const [screen, camera] = stage.wishes;
    expect([screen?.track, camera?.track]).toEqual([14, 9]);
    expect([camera?.width, camera?.height]).toEqual([320, 180]);
    expect(screen?.width).toBeGreaterThan(1280);
  });

  it("has pages, of 6 on a phone, and a last page that cannot be passed", async () => {
    await fill(7, [390, 800]);
    expect([stage.pageCount, placed().length]).toEqual([2, 6]);
    stage.setPage(9);
    expect([stage.page, placed().length]).toEqual([1, 2]);
    roster.participants = roster.participants.slice(0, 2);
    await settle();
    expect(stage.page).toBe(0);
  });

  it("brings a speaker from another page in for the longest silent, and moves nobody else", async () => {
    await fill(7, [390, 800]);
    const before = placed();
    await speak("p6");
    await speak("p2", "p3", "p4", "p5");
    await speak("p8");
    expect(placed()).toEqual(before.with(5, 33));
    expect(before[5]).toBe(25); // p6, who spoke first and then fell silent
  });

  it("hides me if I want it, unless I am alone", async () => {
    preferences.hideSelf = true;
    await fill(1);
    expect(placed()).toEqual([9]);
    roster.participants = [];
    await settle();
    expect(placed()).toEqual([5]);
  });
});

describe("the speaker view", () => {
  it("follows who speaks, but not me", async () => {
    await fill(3);
    stage.setLayout("speaker");
    await speak("p3");
    const main = () => stage.placements.filter((one) => one.main).map(({ tile }) => tile.track);
    expect(main()).toEqual([13]);
    await speak("p1");
    expect(main()).toEqual([13]);
    await speak("p4", "p3");
    expect(main()).toEqual([13]);
    await speak("p4");
    expect(main()).toEqual([17]);
  });

  it("has the filmstrip in pages, on which everybody is once", async () => {
    await fill(11, [828, 330]);
    stage.setLayout("speaker");
    await settle();
    const strip = () => stage.placements.filter((one) => !one.main).map(({ tile }) => tile.track);
    const seen = Array.from({ length: stage.pageCount }, (_, page) => (stage.setPage(page), strip())).flat();
    expect(stage.pageCount).toBe(3);
    expect(new Set(seen).size).toBe(11); // twelve people, one of them large
    expect(seen).toHaveLength(11);
  });
});

describe("pins", () => {
  it("share the stage, and a shared screen goes to the filmstrip", async () => {
    await fill(3);
    roster.put(withTracks(4, { camera: "on", screen: "on" }));
    stage.togglePin(9);
    stage.togglePin(13);
    await settle();
    expect(placed()).toEqual([9, 13, 18, 5, 17]);
    expect(stage.placements.map(({ main }) => main)).toEqual([true, true, false, false, false]);
    stage.togglePin(9);
    stage.togglePin(13);
    expect(placed()[0]).toBe(18);
  });
});

describe("the host's spotlight", () => {
  const shine = async (...ids: string[]) => {
    for (const id of ids) spotlight.add(id);
    await settle();
  };

  it("is large for all, those who are not here left out", async () => {
    await fill(3);
    await shine("p3", "gone");
    expect(placed()[0]).toBe(13);
    expect(stage.placements.filter(({ main }) => main)).toHaveLength(1);
  });

  it("yields to my pin and to a share, and then heads the filmstrip", async () => {
    await fill(3);
    roster.put(withTracks(2, { camera: "on", screen: "on" }));
    await shine("p4");
    expect(placed()).toEqual([10, 17, 5, 9, 13]);
    stage.togglePin(13);
    expect(placed()).toEqual([13, 17, 10, 5, 9]);
  });
});

describe("people without video", () => {
  it("are hidden if I want it, unless nobody has any", async () => {
    await fill(3);
    roster.put(person(3));
    preferences.hideWithoutVideo = true;
    await settle();
    expect(placed()).toEqual([9, 17]);
    roster.participants = [person(2), person(3)];
    await settle();
    expect(placed()).toEqual([5, 9, 13]);
  });

  it("take no place from who speaks", async () => {
    await fill(9, [390, 800]);
    preferences.hideWithoutVideo = true;
    roster.put(person(2));
    await speak("p10"); // the ninth with video
    expect(placed()).toHaveLength(6);
    expect(placed()).toContain(41);
  });
});

it("two hundred joins in one message are one rearrangement", async () => {
  await fill(0);
  let looks = 0;
  const counted = new Stage(roster, preferences, new FakePictures(), undefined, () => looks++);
  roster.speaking = ["p2"];
  for (let seat = 2; seat < 202; seat++) {
    roster.put(person(seat));
    counted.update();
  }
  expect(looks).toBe(0);
  await Promise.resolve();
  expect(looks).toBe(1);
  expect(counted.tiles).toHaveLength(201);
});

it("a screen that is looked at closely is wished for in more pixels", async () => {
  await fill(1);
  roster.put(withTracks(2, { camera: "on", screen: "on" }));
  await settle();
  const { width } = stage.wishes[0] ?? { width: 0 };
  stage.zoom = 2;
  expect(stage.wishes.map((wish) => wish.width)).toEqual([width * 2, stage.wishes[1]?.width]);
});

describe("a shared screen", () => {
  it("takes the stage whole, with a filmstrip, and is wished for first", async () => {
    await fill(3);
    roster.put(withTracks(3, { camera: "on", screen: "on" }));
    await settle();
    const [first, ...strip] = stage.placements;
    expect(first).toMatchObject({ main: true, fit: "contain", tile: { track: 14, kind: "screen" } });
    expect(strip.every(({ main }) => !main)).toBe(true);
    expect(stage.wishes[0]?.track).toBe(14);
  });

  it("gives way to another, and to a pin", async () => {
    await fill(3);
    roster.put(withTracks(2, { screen: "on" }));
    roster.put(withTracks(3, { screen: "on" }));
    await settle();
    expect(placed()[0]).toBe(14);
    stage.chooseShare(10);
    expect(placed()[0]).toBe(10);
    stage.togglePin(17);
    expect(placed()[0]).toBe(17);
    roster.remove("p4");
    await settle();
    expect([stage.pins, placed()[0]]).toEqual([[], 10]);
  });

  it("of mine is not shown to me", async () => {
    await fill(1);
    roster.me = withTracks(1, { screen: "on" });
    await settle();
    expect(stage.shares).toEqual([]);
  });
});

it("wishes for nothing that nobody looks at", async () => {
  await fill(2);
  stage.watched = "highlights";
  expect(stage.wishes.map(({ track }) => track)).toEqual([9]);
  stage.watched = "nothing";
  expect(stage.wishes).toEqual([]);
});

it("knows which pictures are stuck, as long as their cameras are on", async () => {
  await fill(1);
  stage.see({ track: 9, shown: false, stalled: true });
  expect(stage.stalled(9)).toBe(true);
  stage.see({ track: 9, shown: true });
  expect(stage.stalled(9)).toBe(false);
  stage.see({ track: 9, shown: false, stalled: true });
  roster.put(person(2));
  expect(stage.stalled(9)).toBe(false);
});

it("knows which pictures are in their tiles", () => {
  stage.see({ track: 9, shown: true });
  expect(stage.showing(9)).toBe(true);
  stage.see({ track: 9, shown: false });
  expect(stage.showing(9)).toBe(false);
});

it("does not show a picture that rests for want of room, however long its last frame stands", async () => {
  await fill(1);
  stage.see({ track: 9, shown: true });
  stage.rest([9, 13]);
  expect(stage.rests(9)).toBe(true);
  expect(stage.rests(13)).toBe(false); // nobody's camera
  expect(stage.showing(9)).toBe(false);
  stage.rest([]);
  expect(stage.rests(9)).toBe(false);
  expect(stage.showing(9)).toBe(true);
});
