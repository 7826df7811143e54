import { expect, it } from "vitest";
import { cover, isBackdrop, lookOf, ownNumber, scenes } from "./backdrop";

it("only what there is can be chosen", () => {
  for (const good of ["none", "blur", "strong", "scene:sea", "own:12"]) expect(isBackdrop(good), good).toBe(true);
  for (const scene of scenes) expect(isBackdrop(`scene:${scene}`), scene).toBe(true);
  for (const bad of ["", "scene:", "scene:toString", "own:0", "own:-1", "own:x", "own:99999999999", 3, null]) {
    expect(isBackdrop(bad), String(bad)).toBe(false);
  }
});

it("each choice has its look", () => {
  expect(lookOf("none")).toBeNull();
  expect(lookOf("blur")).toEqual({ kind: "blur", strong: false });
  expect(lookOf("strong")).toEqual({ kind: "blur", strong: true });
  expect(lookOf("scene:dusk")).toEqual({ kind: "scene", scene: "dusk" });
  expect(lookOf("own:4")).toBeNull();
  expect([ownNumber("own:4"), ownNumber("blur")]).toEqual([4, null]);
});

it("a picture of any shape fills the frame and keeps its middle", () => {
  const frame = { width: 1280, height: 720 };
  expect(cover({ width: 1280, height: 1280 }, frame)).toEqual({ x: 0, y: 280, width: 1280, height: 720 });
  expect(cover({ width: 2560, height: 720 }, frame)).toEqual({ x: 640, y: 0, width: 1280, height: 720 });
  expect(cover({ width: 640, height: 360 }, frame)).toEqual({ x: 0, y: 0, width: 640, height: 360 });
});
