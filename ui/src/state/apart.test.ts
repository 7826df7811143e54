import { expect, it } from "vitest";
import type { Controls, LittleWindow } from "../browser/little-window";
import { Apart } from "./apart.svelte";

class FakeLittleWindow implements LittleWindow {
  readonly kind: LittleWindow["kind"];
  refuses = false;
  closes = 0;
  closed: () => void = () => undefined;
  constructor(kind: LittleWindow["kind"]) {
    this.kind = kind;
  }
  async open(closed: () => void): Promise<HTMLElement | null> {
    this.closed = closed;
    return this.refuses ? null : ({} as HTMLElement);
  }
  dress(): void {}
  show(): void {}
  async openPicture(_: Controls, closed: () => void): Promise<boolean> {
    this.closed = closed;
    return !this.refuses;
  }
  close(): void {
    this.closes++;
  }
}

const nothing = () => undefined;
const controls = { togglemicrophone: nothing, togglecamera: nothing, hangup: nothing };

it.each(["document", "picture"] as const)("a window of kind %s opens, and closes from either side", async (kind) => {
  const window = new FakeLittleWindow(kind);
  const apart = new Apart(window);
  await apart.toggle(controls);
  expect([apart.possible, apart.open, apart.body !== null]).toEqual([true, true, kind === "document"]);
  window.closed();
  expect(apart.open).toBe(false);
  await apart.toggle(controls);
  await apart.toggle(controls);
  expect([apart.open, window.closes]).toEqual([false, 1]);
});

it("stays closed where the browser refuses, and is absent where it has none", async () => {
  const window = new FakeLittleWindow("document");
  window.refuses = true;
  const apart = new Apart(window);
  await apart.toggle(controls);
  expect(apart.open).toBe(false);
  expect(new Apart(new FakeLittleWindow(null)).possible).toBe(false);
});
