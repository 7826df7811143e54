import { afterEach, expect, it, vi } from "vitest";
import { openDoor } from "../lib/protocol";
import { Meeting, type Ask } from "./meeting.svelte";
import { Roster } from "./roster.svelte";

const wait = (...ids: string[]) => ids.map((id) => ({ id, name: id, since: 0 }));

function build(answers: boolean) {
  const asked: unknown[] = [];
  const failed: string[] = [];
  const ask = (async (event: string, data: object) => {
    asked.push([event, data]);
    return answers ? { ok: true, value: { key: "k" } } : { ok: false, failure: { code: "forbidden", text: "", reason: "role" } };
  }) as Ask;
  return { asked, failed, meeting: new Meeting(new Roster(), ask, ({ code }) => failed.push(code)) };
}

afterEach(() => void vi.useRealTimers());

it("who was answered waits no longer", async () => {
  const { meeting, asked } = build(true);
  meeting.waiting = wait("a", "b", "c");
  await meeting.admit(["a"]);
  await meeting.refuse(["c"]);
  expect(meeting.waiting.map(({ id }) => id)).toEqual(["b"]);
  expect(asked).toEqual([
    ["admit", { ids: ["a"] }],
    ["refuse", { ids: ["c"] }],
  ]);
});

it.each([-5, 0, 5])("goes by the server's clock, whatever this browser's says: %d minutes off", (minutes) => {
  vi.useFakeTimers({ now: 1_000_000 });
  const { meeting } = build(true);
  meeting.arrive({ role: "speaker", door: openDoor, now: 1_000_000 + minutes * 60_000 });
  vi.advanceTimersByTime(1500);
  expect(meeting.now()).toBe(1_001_500 + minutes * 60_000);
});

it("a refusal by the server is told, and changes nothing", async () => {
  const { meeting, failed } = build(false);
  meeting.waiting = wait("a");
  expect([await meeting.admit(["a"]), await meeting.lock(true), await meeting.makeLink("cohost")]).toEqual([false, false, null]);
  expect([meeting.waiting.length, meeting.state.locked]).toEqual([1, false]);
  expect(failed).toEqual(["forbidden", "forbidden", "forbidden"]);
});
