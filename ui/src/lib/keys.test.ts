import { describe, expect, it } from "vitest";
import { keyName } from "./keys";

const plain = { ctrlKey: false, metaKey: false, altKey: false };

describe("the name of a key", () => {
  it.each([
    [{ key: "m", code: "KeyM" }, "M"],
    [{ key: "M", code: "KeyM" }, "M"],
    [{ key: "ㅡ", code: "KeyM" }, "M"],
    [{ key: "Process", code: "KeyM" }, "M"],
    [{ key: "m", code: "Semicolon" }, "M"], // another layout: what is printed on the key counts
    [{ key: "?", code: "Slash" }, "?"],
    [{ key: " ", code: "Space" }, "Space"],
    [{ key: "Enter", code: "Enter" }, ""],
  ])("%j is %j", (press, want) => {
    expect(keyName({ ...plain, ...press })).toBe(want);
  });

  it("is nothing with Control, Command or Alt", () => {
    expect(keyName({ ...plain, key: "c", code: "KeyC", ctrlKey: true })).toBe("");
    expect(keyName({ ...plain, key: "c", code: "KeyC", metaKey: true })).toBe("");
  });
});
