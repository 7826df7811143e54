import { beforeEach, expect, it, vi } from "vitest";
import { FakeSite } from "../browser/fakes";
import { App } from "./app.svelte";
import type { Call, CallStatus } from "./call.svelte";
import { Notices } from "./notices.svelte";

/** What App needs of a call. */
class RoomKeeper {
  status: CallStatus = "idle";
  room = "";
  networks = 0;
  closed = 0;
  open(room: string): void {
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
  return { site, app: new App(site, call as unknown as Call, new Notices()) };
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
  const screens = (["joining", "meeting", "reconnecting", "left"] as const).map((status) => {
    call.status = status;
    return app.screen;
  });
  expect(screens).toEqual(["lobby", "meeting", "meeting", "left"]);
});

it("going back leaves the room", () => {
  const { app, site } = open("/");
  expect(app.enterRoom("아침 회의")).toBe(true);
  expect(call.room).toBe("아침-회의");
  site.back();
  expect([app.screen, call.room]).toEqual(["home", ""]);
  expect(app.enterRoom("a/b")).toBe(false);
});

it("a new meeting has a name that nobody guesses", () => {
  const { app } = open("/");
  app.newMeeting();
  expect(app.room).toMatch(/^([a-z]{5}-){3}[a-z]{5}$/);
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
  app.notify("sound-blocked", { action: { name: "hear", run: () => undefined } });
  expect(app.notices.map(({ key }) => key)).toEqual(["share-failed", "sound-blocked"]);
  vi.advanceTimersByTime(10_000);
  expect(app.notices.map(({ key }) => key)).toEqual(["sound-blocked"]);
  vi.useRealTimers();
});
