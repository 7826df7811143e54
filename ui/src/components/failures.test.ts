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

it("who waits because of others is not told that they themselves were turned away", () => {
  const key = (reason?: FailureReason) => laterKey({ code: "limited", text: "", ...(reason && { reason }), retry: 30 });
  expect([key("refused"), key("neighbours"), key()]).toEqual(["door.error.refused", "door.error.neighbours", "door.error.retry"]);
});
