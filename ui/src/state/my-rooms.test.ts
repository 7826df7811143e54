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
  expect(await rooms.linkKey("team", "cohost")).toEqual({ ok: true, value: "l1.cohost" });
  expect(server.kept.get("team")?.links.map(({ role }) => role)).toEqual(["host", "cohost"]);
});

it("links to my room are all known, my own among them, and any other can be taken back", async () => {
  await rooms.make("team");
  await rooms.linkKey("team", "cohost");
  await rooms.linkKey("team", "viewer");
  const looked = await rooms.look("team");
  const links = looked.ok ? looked.value.links : [];
  expect(links.map(({ role, mine }) => [role, mine])).toEqual([["host", true], ["cohost", false], ["viewer", false]]);
  expect(await rooms.revoke("team", "l1")).toMatchObject({ value: { links: [{ role: "host" }, { role: "viewer" }] } });
});

it("a link that somebody else has taken back is no trouble", async () => {
  await rooms.make("team");
  await rooms.linkKey("team", "cohost");
  await rooms.revoke("team", "l1");
  server.failure = null;
  expect(await rooms.revoke("team", "l1")).toMatchObject({ value: { links: [{ role: "host" }] } });
  server.failure = { code: "unreachable", text: "" };
  expect(await rooms.revoke("team", "l1")).toMatchObject({ ok: false, failure: { code: "unreachable" } });
});
