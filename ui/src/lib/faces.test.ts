import { describe, expect, it } from "vitest";
import { hue, initials } from "./faces";

describe("initials", () => {
  it.each([
    ["Mina Park", "MP"],
    ["mina", "M"],
    ["Ana Maria de Souza", "AS"],
    ["김민준", "민준"],
    ["남궁민수", "민수"],
    ["이 서연", "이서"],
    ["👩‍🚀 Ride", "👩‍🚀R"],
    ["  ", "?"],
  ])("of %j are %j", (name, want) => {
    expect(initials(name)).toBe(want);
  });
});

describe("the hue of a name", () => {
  it("is always the same and on the circle", () => {
    expect(hue("Mina")).toBe(hue("Mina"));
    for (const name of ["", "a", "김민준", "x".repeat(40)]) {
      expect(hue(name)).toBeGreaterThanOrEqual(0);
      expect(hue(name)).toBeLessThan(360);
    }
  });

  it("does not depend on how the letters are composed", () => {
    expect(hue("김민준".normalize("NFD"))).toBe(hue("김민준"));
  });
});
