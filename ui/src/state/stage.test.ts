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
let now: number;

function withTracks(seat: number, tracks: Partial<Participant["tracks"]>): Participant {
  const one = person(seat);
  return { ...one, tracks: { ...one.tracks, ...tracks } };
}

function fill(others: number, size: [number, number] = [1280, 720]): void {
  roster.me = person(1);
  roster.participants = Array.from({ length: others }, (_, index) => withTracks(index + 2, { camera: "on" }));
  stage.resize(...size, 1);
}

function speak(...ids: string[]): void {
  now += 1000;
  roster.speaking = ids;
  stage.update();
}

const placed = () => stage.placements.map(({ tile }) => tile.track);

beforeEach(() => {
  now = 0;
  roster = new Roster();
  preferences = new Preferences(new FakeStore());
  stage = new Stage(roster, preferences, new FakePictures(), () => now);
});

describe("the grid", () => {
  it("shows everybody, me first", () => {
    fill(2);
    expect(placed()).toEqual([5, 9, 13]);
    expect(stage.placements.every(({ main, fit }) => main && fit === "cover")).toBe(true);
  });

  it("wishes for the pictures of others that are on, in physical pixels", () => {
    fill(1);
    stage.resize(1280, 720, 2);
    roster.put(person(3));
    stage.update();
    expect(stage.wishes.map(({ track }) => track)).toEqual([9]);
    const { width } = stage.placements[1] ?? { width: 0 };
    expect(stage.wishes[0]?.width).toBe(width * 2);
  });

  it("has pages, of 6 on a phone, and a last page that cannot be passed", () => {
    fill(7, [390, 800]);
    expect([stage.pageCount, placed().length]).toEqual([2, 6]);
    stage.setPage(9);
    expect([stage.page, placed().length]).toEqual([1, 2]);
    roster.participants = roster.participants.slice(0, 2);
    stage.update();
    expect(stage.page).toBe(0);
  });

  it("brings a speaker from another page in for the longest silent, and moves nobody else", () => {
    fill(7, [390, 800]);
    const before = placed();
    speak("p6");
    speak("p2", "p3", "p4", "p5");
    speak("p8");
    expect(placed()).toEqual(before.with(5, 33));
    expect(before[5]).toBe(25); // p6, who spoke first and then fell silent
  });

  it("hides me if I want it, unless I am alone", () => {
    preferences.hideSelf = true;
    fill(1);
    expect(placed()).toEqual([9]);
    roster.participants = [];
    stage.update();
    expect(placed()).toEqual([5]);
  });
});

describe("the speaker view", () => {
  it("follows who speaks, but not me", () => {
    fill(3);
    stage.setLayout("speaker");
    speak("p3");
    const main = () => stage.placements.filter((one) => one.main).map(({ tile }) => tile.track);
    expect(main()).toEqual([13]);
    speak("p1");
    expect(main()).toEqual([13]);
    speak("p4", "p3");
    expect(main()).toEqual([13]);
    speak("p4");
    expect(main()).toEqual([17]);
  });
});

describe("a shared screen", () => {
  it("takes the stage whole, with a filmstrip, and is wished for first", () => {
    fill(3);
    roster.put(withTracks(3, { camera: "on", screen: "on" }));
    stage.update();
    const [first, ...strip] = stage.placements;
    expect(first).toMatchObject({ main: true, fit: "contain", tile: { track: 14, kind: "screen" } });
    expect(strip.every(({ main }) => !main)).toBe(true);
    expect(stage.wishes[0]?.track).toBe(14);
  });

  it("gives way to another, and to a pin", () => {
    fill(3);
    roster.put(withTracks(2, { screen: "on" }));
    roster.put(withTracks(3, { screen: "on" }));
    stage.update();
    expect(placed()[0]).toBe(14);
    stage.chooseShare(10);
    expect(placed()[0]).toBe(10);
    stage.togglePin(17);
    expect(placed()[0]).toBe(17);
    roster.remove("p4");
    stage.update();
    expect([stage.pins, placed()[0]]).toEqual([[], 10]);
  });

  it("of mine is not shown to me", () => {
    fill(1);
    roster.me = withTracks(1, { screen: "on" });
    stage.update();
    expect(stage.shares).toEqual([]);
  });
});

it("knows which pictures are in their tiles", () => {
  stage.see({ track: 9, shown: true });
  expect(stage.showing(9)).toBe(true);
  stage.see({ track: 9, shown: false });
  expect(stage.showing(9)).toBe(false);
});
