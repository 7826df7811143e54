import { describe, expect, it } from "vitest";
import { person } from "../browser/fake-signalling";
import { actsOn, barOf, may, turnSpotlight, type Act, type Deed } from "./power";
import { unmade, type Participant, type Role } from "./protocol";

const roles: readonly Role[] = ["host", "cohost", "speaker", "viewer"];

describe("who may do what to whom", () => {
  // host on host cohost speaker viewer, then cohost on the same.
  const table: Readonly<Record<Deed, string>> = {
    silence: "1111 0111",
    ask: "1110 1110",
    "lower-hand": "1111 1111",
    rename: "0111 0111",
    promote: "1111 0000",
    place: "1111 0011",
    spotlight: "1111 1111",
    remove: "0111 0011",
  };
  it.each(Object.entries(table))("%s", (deed, want) => {
    const row = (mine: Role) => roles.map((target) => (may(mine, deed as Deed, target) ? "1" : "0")).join("");
    expect(`${row("host")} ${row("cohost")}`).toBe(want);
    expect(row("speaker") + row("viewer")).toBe("00000000");
  });
});

const said = (acts: readonly Act[]) =>
  acts.map((act) => act.do + ("track" in act ? ` ${act.track}` : "role" in act ? ` ${act.role}` : ""));
const loud: Participant = person(2, {
  hand: 5,
  tracks: { microphone: "on", camera: "on", screen: "on", "screen-audio": "off" },
});

describe("the spotlight", () => {
  it("is on four people at most: a fifth takes the place of the first", () => {
    expect(turnSpotlight(["a", "b", "c"], "d")).toEqual(["a", "b", "c", "d"]);
    expect(turnSpotlight(["a", "b", "c", "d"], "e")).toEqual(["b", "c", "d", "e"]);
    expect(said(actsOn("host", loud, ["a", "b", "c", "d"]))).toContain("spotlight");
  });

  it("goes off who is in it, the others stay", () => {
    expect(turnSpotlight(["a", "b", "c", "d"], "b")).toEqual(["a", "c", "d"]);
  });
});

describe("the menu about a person", () => {
  it("offers a host what fits the person's state", () => {
    expect(said(actsOn("host", loud, []))).toEqual([
      ...["lower-hand", "silence microphone", "silence camera", "silence screen", "spotlight", "rename"],
      ...["role cohost", "role viewer", "handover", "remove", "ban"],
    ]);
    expect(said(actsOn("host", person(2), ["p2"])).slice(0, 3)).toEqual(["ask microphone", "ask camera", "unspotlight"]);
  });

  it("offers a cohost no promotion, and against a host next to nothing", () => {
    expect(said(actsOn("cohost", loud, []))).toEqual([
      ...["lower-hand", "silence microphone", "silence camera", "silence screen", "spotlight", "rename"],
      ...["role viewer", "remove", "ban"],
    ]);
    expect(said(actsOn("cohost", { ...loud, role: "host" }, []))).toEqual(["lower-hand", "spotlight"]);
  });

  it("asks no viewer, and is empty for those who lead nothing", () => {
    expect(said(actsOn("host", person(2, { role: "viewer" }), [])).join()).not.toContain("ask");
    expect([actsOn("speaker", loud, []), actsOn("viewer", loud, [])]).toEqual([[], []]);
  });
});

describe("what I may turn on myself", () => {
  const strict = { ...unmade, share: "hosts", unmute: "hosts" } as const;
  it.each([
    ["speaker", unmade, null, null, null],
    ["speaker", strict, "settings", null, "settings"],
    ["cohost", strict, null, null, null],
    ["viewer", unmade, "role", "role", "role"],
    ["host", strict, null, null, null],
  ] as const)("as %s", (role, settings, ...want) => {
    expect((["microphone", "camera", "screen"] as const).map((kind) => barOf(kind, role, settings))).toEqual(want);
  });
});
