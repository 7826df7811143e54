import { flushSync } from "svelte";
import { expect, it } from "vitest";
import { FakeStore } from "../browser/fakes";
import { Preferences } from "./preferences.svelte";

it("what is set is there after a reload", () => {
  const store = new FakeStore();
  const before = new Preferences(store);
  before.name = "Ann";
  before.theme = "dark";
  before.camera = { id: "c", label: "Lid" };
  before.shortcuts = false;
  before.rememberRoom("team", 5);
  flushSync();
  before.close();
  const after = new Preferences(store);
  expect(after).toMatchObject({ name: "Ann", theme: "dark", camera: { id: "c" }, shortcuts: false });
  expect(after.recentRooms).toEqual([{ name: "team", at: 5 }]);
  after.close();
});

it.each([
  ["nothing", null],
  ["no JSON", "{"],
  ["null", "null"],
  ["a list", "[1]"],
  ["a name that nobody sees", '{"name":"\\u200b"}'],
  ["wrong types", '{"name":1,"theme":"pink","language":"xx","camera":{"id":1},"cameraOn":"yes","recentRooms":[1,{"name":"A/B","at":1}]}'],
])("%s in storage means defaults", (_, json) => {
  const store = new FakeStore();
  if (json !== null) store.write("noom.preferences", json);
  const preferences = new Preferences(store, ["fr", "ko-KR", "en"]);
  expect(preferences).toMatchObject({ name: "", theme: "system", language: "ko", camera: null, cameraOn: true });
  expect(preferences.recentRooms).toEqual([]);
  preferences.close();
});

it("a name that an earlier page kept as it was pasted is mended", () => {
  const store = new FakeStore();
  store.write("noom.preferences", '{"name":"\\u200eYossi"}');
  const preferences = new Preferences(store);
  expect(preferences.name).toBe("Yossi");
  preferences.close();
});

it("the newest eight rooms are remembered, each once", () => {
  const preferences = new Preferences(new FakeStore());
  for (let n = 0; n < 10; n++) preferences.rememberRoom(`room${n}`, n);
  preferences.rememberRoom("room5", 99);
  expect(preferences.recentRooms.map((room) => room.name)).toEqual(
    ["room5", "room9", "room8", "room7", "room6", "room4", "room3", "room2"],
  );
  preferences.forgetRoom("room9");
  expect(preferences.recentRooms).toHaveLength(7);
  preferences.close();
});

it("a tab that has been open for long does not undo what another one did since", () => {
  const store = new FakeStore();
  const old = new Preferences(store);
  old.rememberRoom("secret", 1);
  old.camera = { id: "a", label: "A" };
  flushSync();
  const other = new Preferences(store);
  other.forgetRoom("secret");
  other.camera = { id: "b", label: "B" };
  other.close(); // and what it has not written yet is written
  old.microphoneOn = false;
  flushSync();
  old.rememberRoom("team", 2);
  flushSync();
  const after = new Preferences(store);
  expect(after).toMatchObject({ camera: { id: "b" }, microphoneOn: false, recentRooms: [{ name: "team", at: 2 }] });
  for (const preferences of [old, after]) preferences.close();
});

it("how the page looks and tells is the same in all tabs at once, what concerns a meeting is not", () => {
  const store = new FakeStore();
  const [one, other] = [new Preferences(store), new Preferences(store)];
  other.theme = "dark";
  other.language = "ko";
  other.notifications = true;
  other.name = "Ann";
  other.audioOnly = true;
  other.rememberRoom("team", 1);
  flushSync();
  store.tell("noom.preferences");
  expect(one).toMatchObject({ theme: "dark", language: "ko", notifications: true, name: "", audioOnly: false });
  expect(one.recentRooms).toEqual([{ name: "team", at: 1 }]);
  other.theme = "light";
  flushSync(); // told late
  one.quality = "saver";
  flushSync();
  const after = new Preferences(store);
  expect(after).toMatchObject({ theme: "light", name: "Ann", audioOnly: true, quality: "saver" });
  for (const preferences of [one, other, after]) preferences.close();
});

it("nothing is kept before anything is chosen", () => {
  const store = new FakeStore();
  const preferences = new Preferences(store, ["ko"]);
  flushSync();
  expect(store.entries.size).toBe(0);
  preferences.close();
});
