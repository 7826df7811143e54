import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Handset, HandsetEvent, OnAir } from "../browser/handset";
import { carry } from "./carrying.svelte";
import type { CallStatus } from "./status";

class FakeHandset implements Handset {
  lit = false;
  shown: OnAir | null = null;
  tell: (event: HandsetEvent) => void = () => undefined;
  stayLit(lit: boolean): void {
    this.lit = lit;
  }
  show(meeting: OnAir | null): void {
    this.shown = meeting;
  }
  watch(sink: (event: HandsetEvent) => void): () => void {
    this.tell = sink;
    return () => undefined;
  }
}

let stop = (): void => undefined;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  stop();
  vi.useRealTimers();
});

/** A call in this state, and what is asked of it. */
function carried(status: CallStatus) {
  const asked: string[] = [];
  const handset = new FakeHandset();
  const note = (what: string) => async (on?: boolean) => void asked.push(on === undefined ? what : `${what} ${on}`);
  const call = {
    ...{ status, room: "team", microphoneOn: true, cameraOn: false },
    ...{ setMicrophone: note("microphone"), setCamera: note("camera"), leave: note("leave") },
    ...{ hear: () => void asked.push("hear"), hurry: () => void asked.push("hurry") },
  };
  stop = carry(call, { revive: note("revive") }, handset);
  flushSync();
  return { asked, handset };
}

it.each(["meeting", "reconnecting"] as const)("%s keeps the screen lit and stands on the lock screen", (status) => {
  const { handset } = carried(status);
  expect(handset.lit).toBe(true);
  expect(handset.shown).toEqual({ title: "team", microphone: true, camera: false });
});

it.each(["idle", "lobby", "waiting", "left"] as const)("%s lets the screen go dark, and its buttons do nothing", (status) => {
  const { asked, handset } = carried(status);
  for (const type of ["microphone", "camera", "hang-up", "seen"] as const) handset.tell({ type });
  vi.runAllTimers();
  expect([handset.lit, handset.shown, asked]).toEqual([false, null, []]);
});

it("the buttons of the lock screen do what those of the page do", () => {
  const { asked, handset } = carried("meeting");
  for (const type of ["microphone", "camera", "hang-up"] as const) handset.tell({ type });
  expect(asked).toEqual(["microphone false", "camera true", "leave"]);
});

it("seen again, sound and connection go on at once, devices once the system has handed them back", () => {
  const { asked, handset } = carried("meeting");
  handset.tell({ type: "seen" });
  handset.tell({ type: "seen" });
  expect(asked).toEqual(["hurry", "hear", "hurry", "hear"]);
  vi.advanceTimersByTime(1500);
  expect(asked.slice(4)).toEqual(["revive"]);
});
