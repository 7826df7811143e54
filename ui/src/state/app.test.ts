import { beforeEach, expect, it, vi } from "vitest";
import { FakeRooms } from "../browser/fake-rooms";
import { FakeSite, FakeStore } from "../browser/fakes";
import { App } from "./app.svelte";
import type { Call } from "./call.svelte";
import { Keyring } from "./keyring.svelte";
import { MyRooms } from "./my-rooms.svelte";
import { Notices } from "./notices.svelte";
import { Preferences } from "./preferences.svelte";
import type { CallStatus } from "./status";

/** What App needs of a call. */
class RoomKeeper {
  status: CallStatus = "idle";
  room = "";
  networks = 0;
  closed = 0;
  opened = 0;
  open(room: string): void {
    if (room !== this.room) this.opened++;
    this.room = room;
    this.status = "connecting";
  }
  shut(): void {
    this.room = "";
    this.status = "idle";
  }
  networkChanged(): void {
    this.networks++;
  }
  pageCloses(): void {
    this.closed++;
  }
}

let call: RoomKeeper;
beforeEach(() => (call = new RoomKeeper()));

function open(path: string) {
  const site = new FakeSite(path);
  const keyring = new Keyring(new FakeStore());
  const server = new FakeRooms();
  const rooms = new MyRooms(server, keyring, new Preferences(new FakeStore()));
  return { site, keyring, server, app: new App(site, call as unknown as Call, new Notices(), keyring, rooms) };
}

it("a link opens the lobby, in one spelling", () => {
  const { app, site } = open("/r/Team");
  expect([app.screen, app.room, call.room, site.path()]).toEqual(["lobby", "team", "team", "/r/team"]);
  expect(app.link).toBe("https://noom.example/r/team");
});

it.each(["/nowhere", "/r/a%2Fb"])("%s comes home", (path) => {
  const { app, site } = open(path);
  expect([app.screen, site.path(), call.status]).toEqual(["home", "/", "idle"]);
});

it("the screen follows the call", () => {
  const { app } = open("/r/team");
  const screens = (["joining", "waiting", "meeting", "reconnecting", "left"] as const).map((status) => {
    call.status = status;
    return app.screen;
  });
  expect(screens).toEqual(["lobby", "waiting", "meeting", "meeting", "left"]);
});

it("going back leaves the room", () => {
  const { app, site } = open("/");
  expect(app.enterRoom("아침 회의")).toBe(true);
  expect(call.room).toBe("아침-회의");
  site.back();
  expect([app.screen, call.room]).toEqual(["home", ""]);
  expect(app.enterRoom("a/b")).toBe(false);
});

it("a step in the history that leads nowhere else, as a sheet lets go of one, leaves what is shown", () => {
  const { app, site } = open("/r/team");
  site.go("/r/team", "push"); // a sheet opens
  call.status = "left";
  site.back();
  expect([app.screen, call.opened]).toEqual(["left", 1]);
  site.paste("/r/other");
  expect([app.screen, call.room]).toEqual(["lobby", "other"]);
});

it("a new meeting has a name that nobody guesses, and me as its host", async () => {
  const { app, keyring } = open("/");
  await app.newMeeting();
  expect(app.room).toMatch(/^([a-z]{5}-){3}[a-z]{5}$/);
  expect(keyring.hosted).toEqual([app.room]);
});

it("where the server makes no room, there still is the plain way", async () => {
  const { app, server, keyring } = open("/");
  server.failure = { code: "limited", text: "slow" };
  expect(await app.newMeeting()).toMatchObject({ ok: false, failure: { code: "limited" } });
  expect(app.screen).toBe("home");
  app.plainMeeting();
  expect(app.room).toMatch(/^([a-z]{5}-){3}[a-z]{5}$/);
  expect(keyring.links).toEqual([]);
});

it("a key in the address goes to the keyring, and nobody sees it any more", () => {
  const { app, site, keyring } = open("/r/Team#k=id.mac");
  expect([keyring.linkOf("team"), site.history, call.opened]).toEqual(["id.mac", ["/r/team"], 1]);
  expect(app.link).toBe("https://noom.example/r/team");
  expect(app.linkTo("team", "id.mac")).toBe("https://noom.example/r/team#k=id.mac");
  site.paste("/r/team#k=id.mac"); // the same again changes nothing
  expect([site.path() + site.fragment(), call.opened]).toEqual(["/r/team", 1]);
  site.paste("/r/team#k=id.other");
  expect([site.path() + site.fragment(), keyring.linkOf("team"), call.opened]).toEqual(["/r/team", "id.other", 2]);
  site.paste("/r/team#k=<b>");
  expect([site.path() + site.fragment(), keyring.linkOf("team"), call.opened]).toEqual(["/r/team", "id.other", 2]);
});

it("a pasted link brings its key along", () => {
  const { app, site, keyring } = open("/");
  app.enterRoom("https://noom.example/r/team#k=id.mac ");
  expect([app.room, site.path() + site.fragment(), keyring.linkOf("team")]).toEqual(["team", "/r/team", "id.mac"]);
});

it("I enter a room of mine as its host, whatever link to it I opened last", async () => {
  const { app, keyring } = open("/");
  await app.newMeeting("team");
  keyring.keepLink("team", "viewer's");
  app.goHome();
  app.enterMine("team");
  expect([app.room, keyring.linkOf("team")]).toEqual(["team", "key.of.team"]);
});

it("the call learns of another network, and the page of its full screen", async () => {
  const { app, site } = open("/r/team");
  site.changeNetwork();
  app.toggleFullScreen();
  await Promise.resolve();
  expect([call.networks, app.fullScreen]).toEqual([1, true]);
  expect(await app.copyLink()).toBe(true);
  expect(site.clipboard).toBe(app.link);
});

it("the call learns that the page closes", () => {
  const { site } = open("/r/team");
  site.closePage();
  expect(call.closed).toBe(1);
});

it("notices pass, the same one is shown once, and those with an action stay", () => {
  vi.useFakeTimers();
  const { app } = open("/");
  app.notify("share-failed");
  app.notify("share-failed");
  app.notify("backdrop-failed", { action: { name: "show-room", run: () => undefined } });
  expect(app.notices.map(({ key }) => key)).toEqual(["share-failed", "backdrop-failed"]);
  vi.advanceTimersByTime(10_000);
  expect(app.notices.map(({ key }) => key)).toEqual(["backdrop-failed"]);
  vi.useRealTimers();
});
