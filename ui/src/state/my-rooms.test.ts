import { beforeEach, expect, it } from "vitest";
import { FakeRooms } from "../browser/fake-rooms";
import { FakeStore } from "../browser/fakes";
import { Keyring } from "./keyring.svelte";
import { MyRooms } from "./my-rooms.svelte";
import { Preferences } from "./preferences.svelte";

let server: FakeRooms, keyring: Keyring, preferences: Preferences, rooms: MyRooms;
beforeEach(() => {
  server = new FakeRooms();
  keyring = new Keyring(new FakeStore());
  preferences = new Preferences(new FakeStore());
  rooms = new MyRooms(server, keyring, preferences);
});

it("a room that I make is mine from then on", async () => {
  expect(await rooms.make("team")).toEqual({ ok: true, value: "team" });
  const random = await rooms.make();
  expect(random.ok && random.value).toMatch(/^([a-z]{5}-){3}[a-z]{5}$/);
  expect(rooms.names).toEqual([random.ok && random.value, "team"]);
  expect(keyring.linkOf("team")).toBe("key.of.team");
  expect(await rooms.make("team")).toMatchObject({ ok: false, failure: { code: "conflict" } });
  expect(rooms.names).toHaveLength(2);
});

it("a renamed room keeps its key and leaves the recent ones under its old name", async () => {
  await rooms.make("team");
  preferences.rememberRoom("team");
  expect(await rooms.rename("team", "crew")).toMatchObject({ ok: true, value: { room: "crew" } });
  expect([rooms.names, preferences.recentRooms]).toEqual([["crew"], []]);
  expect(await rooms.look("crew")).toMatchObject({ ok: true });
  expect(await rooms.look("team")).toMatchObject({ ok: false, failure: { code: "not_found" } });
});

it("a refused rename changes nothing", async () => {
  await rooms.make("team");
  server.failure = { code: "conflict", text: "people are inside" };
  expect(await rooms.rename("team", "crew")).toMatchObject({ ok: false });
  expect(rooms.names).toEqual(["team"]);
});

it("settings are changed on the server, and a deleted room is forgotten", async () => {
  await rooms.make("team");
  expect(await rooms.change("team", { settings: { passcode: "맑은 아침" } })).toMatchObject({
    value: { settings: { passcode: "맑은 아침", hasPasscode: true, lobby: true } },
  });
  expect(await rooms.remove("team")).toMatchObject({ ok: true });
  expect([rooms.names, server.kept.size]).toEqual([[], 0]);
});

it("links to other roles are made when they are asked for; the host's is my own", async () => {
  await rooms.make("team");
  expect(await rooms.linkKey("team", "host")).toEqual({ ok: true, value: "key.of.team" });
  expect(await rooms.linkKey("team", "cohost")).toEqual({ ok: true, value: "cohost.l1" });
  expect(server.kept.get("team")?.links.map(({ role }) => role)).toEqual(["host", "cohost"]);
});
