import { describe, expect, it } from "vitest";
import { canonicalRoom, keyOfFragment, randomRoom, roomLink, roomOfPath, roomOfText, roomPath } from "./rooms";

describe("a room's name", () => {
  it.each([
    ["Team", "team"],
    ["  Team Call ", "team-call"],
    ["아침-회의", "아침-회의"],
    ["아침".normalize("NFD"), "아침"],
    ["v1.2_b", "v1.2_b"],
    ["x".repeat(64), "x".repeat(64)],
    ["x".repeat(65), null],
    ["", null],
    [" ", null],
    [".", null],
    ["..", null],
    ["...", null],
    ["half½", null],
    ["a\u3164", null], // a filler: a letter that is not drawn
    ["a\ufe0f", null],
    ["a/b", null],
    ["<b>", null],
    ["🙂", null],
  ])("%j is %j", (typed, want) => {
    expect(canonicalRoom(typed)).toBe(want);
  });
});

describe("a room's address", () => {
  it.each(["team", "아침-회의", "a.b"])("of %j leads back to it", (name) => {
    expect(roomOfPath(roomPath(name))).toBe(name);
  });

  it.each([
    ["/r/Team/", "team"],
    ["/r/", null],
    ["/r/a/b", null],
    ["/r/%", null],
    ["/r/a%2Fb", null],
    ["/", null],
    ["/x/team", null],
  ])("%j names %j", (path, want) => {
    expect(roomOfPath(path)).toBe(want);
  });
});

describe("a random name", () => {
  it("spells all of its 64 bits", () => {
    const named = (...words: number[]) => randomRoom((array) => array.set(words));
    expect(named(0x7f00, 0x0001, 0x3f54, 0xdcc1)).toBe("lusab-babad-gutih-tugad");
    const seen = new Set<string>();
    for (let bit = 0; bit < 64; bit++) {
      const words = [0, 0, 0, 0];
      words[bit >> 4] = 1 << (bit & 15);
      seen.add(named(...words));
    }
    expect(seen.size).toBe(64);
  });

  it("is a room's name", () => {
    const name = randomRoom((words) => crypto.getRandomValues(words));
    expect(canonicalRoom(name)).toBe(name);
  });
});

describe("what is typed or pasted as a room", () => {
  const origin = "https://meet.example:8443";

  it.each([
    ["Design Review", "design-review"],
    ["https://meet.example:8443/r/daily", "daily"],
    [" meet.example:8443/r/daily/?from=mail#top ", "daily"],
    ["https://meet.example:8443/r/%ED%9A%8C%EC%9D%98", "회의"],
    ["meet.example:8443/r/회의", "회의"],
  ])("%s is %s", (typed, room) => expect(roomOfText(typed, origin)).toBe(room));

  it.each(["https://elsewhere.example/r/daily", "https://meet.example:8443/", "meet.example:8443/about", "", "a/b"])(
    "%s is none",
    (typed) => expect(roomOfText(typed, origin)).toBeNull(),
  );
});

describe("a link", () => {
  it("carries its key in the fragment, if it has one", () => {
    expect(roomLink("https://noom.example", "아침")).toBe("https://noom.example/r/%EC%95%84%EC%B9%A8");
    expect(roomLink("https://noom.example", "team", "a.b")).toBe("https://noom.example/r/team#k=a.b");
  });

  it.each([
    ["#k=Kx9f.bC-4_", "Kx9f.bC-4_"],
    ["", null],
    ["#k=", null],
    ["#k=a b", null],
    ["#top", null],
    [`#k=${"x".repeat(513)}`, null],
  ])("%j has the key %j", (fragment, key) => {
    expect(keyOfFragment(fragment)).toBe(key);
  });
});
