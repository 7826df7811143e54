import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeMedia } from "../browser/fake-media";
import { FakeStore, FakeWallpapers } from "../browser/fakes";
import { scenes } from "../lib/backdrop";
import { Backdrops } from "./backdrops.svelte";
import { Preferences } from "./preferences.svelte";

let media: FakeMedia;
let wallpapers: FakeWallpapers;
let preferences: Preferences;
let backdrops: Backdrops;
const picture = { close: vi.fn() } as unknown as ImageBitmap;
beforeEach(() => {
  vi.stubGlobal("createImageBitmap", async () => picture);
  media = new FakeMedia();
  wallpapers = new FakeWallpapers();
  preferences = new Preferences(new FakeStore());
  backdrops = new Backdrops(wallpapers, media, preferences);
});
afterEach(() => {
  backdrops.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function settle(): Promise<void> {
  flushSync();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  flushSync();
}

it("a chosen scene or blur is shown", async () => {
  backdrops.choose("scene:sea");
  await settle();
  expect(media.shown).toEqual({ kind: "scene", scene: "sea" });
  backdrops.choose("blur");
  await settle();
  expect(media.shown).toEqual({ kind: "blur", strong: false });
});

it("an uploaded picture is kept, shown, and there the next time", async () => {
  expect(await backdrops.upload(new Blob(["x"]))).toBe(true);
  await settle();
  expect(preferences.backdrop).toBe("own:1");
  expect(media.shown).toEqual({ kind: "own", picture });
  const later = new Backdrops(wallpapers, media, preferences);
  await later.read();
  expect(later.own.map(({ number }) => number)).toEqual([1]);
  later.close();
});

it("a picture that is none changes nothing", async () => {
  wallpapers.takes = false;
  expect(await backdrops.upload(new Blob(["x"]))).toBe(false);
  expect([preferences.backdrop, backdrops.own]).toEqual(["none", []]);
});

it("not more pictures than anybody can choose from", async () => {
  for (let count = 0; count < 12; count++) expect(await backdrops.upload(new Blob(["x"]))).toBe(true);
  expect([backdrops.full, await backdrops.upload(new Blob(["x"]))]).toEqual([true, false]);
});

it("a picture that is taken down leaves the room hidden", async () => {
  await backdrops.upload(new Blob(["x"]));
  await backdrops.remove(1);
  await settle();
  expect([preferences.backdrop, wallpapers.kept, backdrops.own]).toEqual(["strong", [], []]);
});

it("a picture that was lost leaves the room hidden", async () => {
  backdrops.choose("own:7");
  await settle();
  expect(preferences.backdrop).toBe("strong");
  expect(media.shown).toEqual({ kind: "blur", strong: true });
});

it("scenes are painted once, to choose from, and their pictures let go of in the end", async () => {
  const [made, gone] = [vi.spyOn(URL, "createObjectURL"), vi.spyOn(URL, "revokeObjectURL")];
  await Promise.all([backdrops.paint(), backdrops.paint()]);
  expect(Object.keys(backdrops.scenes)).toEqual([...scenes]);
  expect(made).toHaveBeenCalledTimes(scenes.length);
  backdrops.close();
  expect(gone.mock.calls.flat()).toEqual(Object.values(backdrops.scenes));
});

it("what cannot be painted has its name only", async () => {
  wallpapers.takes = false;
  await backdrops.paint();
  expect(backdrops.scenes).toEqual({});
});
