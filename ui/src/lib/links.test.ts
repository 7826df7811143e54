import { describe, expect, it } from "vitest";
import { pieces } from "./links";

describe("pieces", () => {
  it.each([
    ["no link here", []],
    ["see https://noom.example/r/a.", ["https://noom.example/r/a"]],
    ["(https://en.wikipedia.org/wiki/A_(b))", ["https://en.wikipedia.org/wiki/A_(b)"]],
    [
      "여기 http://a.example/한글, 그리고 https://b.example",
      ["http://a.example/%ED%95%9C%EA%B8%80", "https://b.example/"],
    ],
    ["javascript:alert(1) data:text/html,x", []],
    ["https://bank.example@evil.example/", []],
    ["https://", []],
  ])("of %j link to %j", (text, want) => {
    const found = pieces(text);
    expect(found.flatMap((piece) => piece.href ?? [])).toEqual(want);
    expect(found.map((piece) => piece.text).join("")).toBe(text);
  });
});
