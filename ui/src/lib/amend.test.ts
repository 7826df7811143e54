import { expect, it } from "vitest";
import { edited, erased, hasReacted, reacted } from "./amend";
import type { Message } from "./protocol";

const message: Message = {
  ...{ id: "m", seq: 1, from: { id: "p", name: "P", who: "w" }, text: "hello", at: 1 },
  reactions: [{ emoji: "👍", by: ["w1"] }],
  file: { id: "f", name: "a.png", size: 1, type: "image/png" },
};

it("edited: another text, and since when", () => {
  expect(edited(message, "new", 5)).toMatchObject({ text: "new", edited: 5, at: 1 });
});

it("erased: nothing of it is left but that it was there", () => {
  const { from, id, seq, at } = message;
  expect(erased(message)).toEqual({ id, seq, at, from, text: "", deleted: true });
});

it("reacted: once each, and no more when it was there", () => {
  const both = reacted(message, "👍", "w2");
  expect(both.reactions).toEqual([{ emoji: "👍", by: ["w1", "w2"] }]);
  expect(hasReacted(both, "👍", "w2")).toBe(true);
  expect(reacted(both, "👍", "w1").reactions).toEqual([{ emoji: "👍", by: ["w2"] }]);
  expect(reacted(message, "👍", "w1").reactions).toEqual([]);
  expect(reacted(message, "🎉", "w1").reactions?.map(({ emoji }) => emoji)).toEqual(["👍", "🎉"]);
});
