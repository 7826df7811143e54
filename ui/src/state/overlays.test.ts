import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BackButton } from "../browser/back";
import { Overlays } from "./overlays";

/** Counts the steps in the history. */
class FakeBack implements BackButton {
  steps = 0;
  armed = 0;
  press: () => void = () => undefined;
  arm(): void {
    this.steps++;
    this.armed++;
  }
  disarm(): void {
    this.steps--;
  }
  watch(pressed: () => void): () => void {
    this.press = () => {
      this.steps--;
      pressed();
      vi.runAllTimers();
    };
    return () => undefined;
  }
}

let back: FakeBack;
let overlays: Overlays;
let closed: string[];
beforeEach(() => {
  vi.useFakeTimers();
  back = new FakeBack();
  overlays = new Overlays(back);
  closed = [];
});
afterEach(() => void vi.useRealTimers());

/** Opens something that closes as components do: it notes it, and lets go. */
function open(name: string): () => void {
  const release = overlays.open(() => {
    closed.push(name);
    release();
  });
  vi.runAllTimers();
  return release;
}

it("the way back closes the topmost, one after the other", () => {
  open("panel");
  open("menu");
  expect(back.steps).toBe(1);
  back.press();
  expect([closed, back.steps]).toEqual([["menu"], 1]);
  back.press();
  expect([closed, back.steps]).toEqual([["menu", "panel"], 0]);
});

it("what is closed by hand leaves no step behind", () => {
  const release = open("menu");
  release();
  vi.runAllTimers();
  expect([closed, back.steps]).toEqual([[], 0]);
  release(); // twice does no harm
  vi.runAllTimers();
  expect(back.steps).toBe(0);
});

it("a menu that gives way to a dialog takes one step for both", () => {
  const release = open("menu");
  release();
  open("dialog");
  expect([back.steps, back.armed]).toEqual([1, 1]);
  back.press();
  expect(closed).toEqual(["dialog"]);
});
