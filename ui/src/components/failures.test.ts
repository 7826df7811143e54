import { expect, it } from "vitest";
import { en } from "../i18n/en";
import type { FailureReason } from "../lib/protocol";
import { doorKey, failureKey, laterKey, refusedKey } from "./failures";

const codes = ["not_found", "forbidden", "full", "invalid", "conflict", "limited", "internal", "unreachable"] as const;

it.each([...codes, "role", "name"])("%s, in a meeting, is not told as if it were the room's door", (why) => {
  expect(en[refusedKey(why)]).not.toMatch(/room|enter/i);
});

it("what the room's settings forbid is", () => expect(en[refusedKey("settings")]).toMatch(/room/i));

it("what nobody has words for is the server's fault", () => {
  expect([refusedKey("bored"), refusedKey(undefined)]).toEqual(["error.internal", "error.internal"]);
});

it.each(codes)("%s has words at the door and elsewhere", (code) => {
  const failure = { code, text: "" };
  expect(en[doorKey(failure)]).toBe(en[failureKey(failure)]);
});

it.each(["passcode", "locked", "full", "lobby_full", "banned", "name"] as const)("%s has words of its own at the door", (reason) => {
  expect(doorKey({ code: "forbidden", text: "", reason })).toBe(`door.error.${reason}`);
});

const later = (reason?: FailureReason, left = 30) =>
  laterKey({ code: "limited", text: "", ...(reason && { reason }), retry: 30 }, left);

it("who waits because of others is not told that they themselves were turned away", () => {
  expect([later("refused"), later("neighbours"), later()]).toEqual([
    "door.error.refused",
    "door.error.neighbours",
    "door.error.retry",
  ]);
});

it("who waits for a busy server is not told that they tried too often", () => {
  expect(later("busy")).toBe("door.error.busyLater");
});

it.each([undefined, "refused", "neighbours", "busy"] as const)("when the seconds are over, all may ask again (%s)", (reason) => {
  expect(later(reason, 0)).toBe("door.error.now");
});
