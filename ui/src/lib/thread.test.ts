import { describe, expect, it } from "vitest";
import type { Message } from "./protocol";
import { findMessage, withChanged, withMessage, withNewest, withOlder } from "./thread";

const message = (seq: number, text = ""): Message => ({
  ...{ id: `m${seq}`, seq, text, at: seq },
  from: { id: "p", name: "P", who: "w" },
});
const thread = [2, 4, 6].map((seq) => message(seq));
const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

it("a message takes its place, once", () => {
  expect(seqs(withMessage(thread, message(7)))).toEqual([2, 4, 6, 7]);
  expect(seqs(withMessage(thread, message(3)))).toEqual([2, 3, 4, 6]);
  expect(seqs(withMessage([], message(3)))).toEqual([3]);
  expect(withMessage(thread, message(4))).toBe(thread);
});

it("a message is found, and changed where it is known", () => {
  expect(findMessage(thread, 4)?.id).toBe("m4");
  expect(findMessage(thread, 5)).toBeUndefined();
  expect(withChanged(thread, message(4, "new"))[1]?.text).toBe("new");
  expect(withChanged(thread, message(5, "new"))).toBe(thread);
});

it("older pages come before it, without what is known", () => {
  expect(seqs(withOlder(thread, [message(1), message(2)]))).toEqual([1, 2, 4, 6]);
});

describe("the newest part", () => {
  it("replaces what it covers: messages may be changed or gone", () => {
    const { thread: now, whole } = withNewest(thread, [message(4, "new"), message(8)]);
    expect(seqs(now)).toEqual([2, 4, 8]);
    expect(now[1]?.text).toBe("new");
    expect(whole).toBe(true);
  });

  it("stands alone when there may be a gap before it", () => {
    const { thread: now, whole } = withNewest(thread, [message(9)]);
    expect([seqs(now), whole]).toEqual([[9], false]);
  });

  it("takes nothing away when it is empty", () => {
    expect(withNewest(thread, [])).toEqual({ thread, whole: true });
  });
});
