/** Rooms with hosts in the gallery: `role` is mine, `waiting` so many wait, `door` and `passcode` are what the lobby meets. */
import { FakeRooms } from "../src/browser/fake-rooms";
import { openDoor, unmade, type Door, type Participant, type Role, type Settings, type Wait } from "../src/lib/protocol";
import { Appeal } from "../src/state/appeal.svelte";
import type { Devices } from "../src/state/devices.svelte";
import type { Keyring } from "../src/state/keyring.svelte";
import type { Meeting } from "../src/state/meeting.svelte";
import { MyRooms } from "../src/state/my-rooms.svelte";
import { Notices } from "../src/state/notices.svelte";
import type { Preferences } from "../src/state/preferences.svelte";
import type { Sharing } from "../src/state/sharing.svelte";
import type { FakeCall, FakeDevices, FakePreferences } from "./fakes.svelte";

/** Gives people roles and hands, when a role of mine is asked for. */
export function withHosts(people: readonly Participant[], query: URLSearchParams): Participant[] {
  const mine = query.get("role") as Role | null;
  if (mine === null) return [...people];
  return people.map((person, at) => {
    const role = at === 0 ? mine : at === 1 ? (mine === "host" ? "cohost" : "host") : at === 4 ? "viewer" : "speaker";
    return { ...person, role, hand: at === 3 ? 2 : at === 5 ? 1 : 0 };
  });
}

export function setRoom(meeting: Meeting, call: FakeCall, query: URLSearchParams, guests: readonly string[]): void {
  const waiting = (query.get("door") as Wait | null) ?? "";
  const locked = query.has("locked");
  const door: Door = { ...openDoor, waiting, passcode: query.has("passcode"), locked };
  meeting.arrive({ role: (query.get("role") as Role | null) ?? "speaker", door, now: Date.now() });
  meeting.settings = settings(query);
  meeting.waiting = guests
    .slice(0, Number(query.get("waiting") ?? 0))
    .map((name, at) => ({ id: `v${at}`, name, since: Date.now() - at * 20_000 }));
  if (query.get("screen") === "waiting") {
    call.status = "waiting";
    call.wait = waiting || "lobby";
  }
}

function settings(query: URLSearchParams): Settings {
  const strict = query.has("strict") ? "hosts" : "all";
  return { ...unmade, made: query.has("role"), lobby: true, share: strict, unmute: strict, chat: strict };
}

/** Of the recent rooms, the first so many (`mine`) are mine. */
export async function myRooms(keyring: Keyring, preferences: FakePreferences, query: URLSearchParams): Promise<MyRooms> {
  for (const { room } of keyring.links) keyring.forgetRoom(room);
  const rooms = new MyRooms(new FakeRooms(), keyring, preferences as unknown as Preferences);
  const mine = preferences.recentRooms.slice(0, Number(query.get("mine") ?? 0)).reverse();
  for (const { name } of mine) await rooms.make(name);
  if (mine[0]) await rooms.change(mine[0].name, { settings: { passcode: "blue-otter" } });
  return rooms;
}

/** `asked` shows the request of a host. */
export function appealOf(meeting: Meeting, devices: FakeDevices, query: URLSearchParams): Appeal {
  const sharing = { tracks: null } as Sharing;
  const appeal = new Appeal({ meeting, devices: devices as unknown as Devices, sharing, notices: new Notices() });
  if (query.has("asked")) appeal.asked = { by: { id: "2", name: "Elias Berg" }, track: "microphone" };
  return appeal;
}
