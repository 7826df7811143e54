import { describe, expect, it } from "vitest";
import { turns } from "./talk";

const noon = new Date(2026, 10, 23, 12).getTime();
const minute = 60_000;
const said = (id: string, who: string, minutes: number) => ({
  id,
  from: { id: who, who, name: who },
  at: noon + minutes * minute,
});

describe("turns", () => {
  it("put what one person says in a row together", () => {
    const found = turns([said("a", "mina", 0), said("b", "mina", 1), said("c", "juno", 2), said("d", "mina", 3)], null);
    expect(found.map((turn) => turn.messages.map((message) => message.id))).toEqual([["a", "b"], ["c"], ["d"]]);
  });

  it("part what is private from what all read", () => {
    const to = { id: "juno", who: "w2" };
    const mina = [said("a", "mina", 0), { ...said("b", "mina", 0), to }, { ...said("c", "mina", 0), to }, said("d", "mina", 0)];
    expect(turns(mina, null).map((turn) => turn.messages.map(({ id }) => id))).toEqual([["a"], ["b", "c"], ["d"]]);
  });

  it("begin anew after a silence, at midnight and at the unread line", () => {
    const found = turns(
      [
        said("a", "mina", 0),
        said("b", "mina", 5),
        said("c", "mina", 6),
        said("d", "mina", 12 * 60),
        said("e", "mina", 12 * 60 + 1),
      ],
      "c",
    );
    expect(found.map(({ id, newDay, unread }) => [id, newDay, unread])).toEqual([
      ["a", true, false],
      ["b", false, false],
      ["c", false, true],
      ["d", true, false],
    ]);
  });
});
