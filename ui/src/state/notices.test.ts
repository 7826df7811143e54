import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Notices } from "./notices.svelte";

let notices: Notices;
const keys = () => notices.list.map(({ key }) => key);
beforeEach(() => {
  vi.useFakeTimers();
  notices = new Notices();
});
afterEach(() => {
  notices.close();
  vi.useRealTimers();
});

it("a notice passes once it can have been read, one with an action stays", () => {
  notices.notify("link-copied");
  notices.notify("backdrop-failed", { action: { name: "show-room", run: () => undefined } });
  vi.advanceTimersByTime(5900);
  expect(keys()).toEqual(["link-copied", "backdrop-failed"]);
  vi.advanceTimersByTime(200);
  expect(keys()).toEqual(["backdrop-failed"]);
});

it("no notice passes while somebody points at one or has the focus in one", () => {
  let busy = true;
  const letGo = notices.keepWhile(() => busy);
  notices.notify("link-copied");
  vi.advanceTimersByTime(60_000);
  expect(keys()).toEqual(["link-copied"]);
  busy = false;
  vi.advanceTimersByTime(2000);
  expect(keys()).toEqual([]);
  busy = true;
  letGo(); // what showed them is gone
  notices.notify("link-copied");
  vi.advanceTimersByTime(6100);
  expect(keys()).toEqual([]);
});

it("what was held is closed by hand all the same, and waits for nothing", () => {
  notices.keepWhile(() => true);
  notices.notify("link-copied");
  vi.advanceTimersByTime(10_000);
  notices.dismiss(notices.list[0]?.id ?? 0);
  expect([keys(), vi.getTimerCount()]).toEqual([[], 0]);
});
