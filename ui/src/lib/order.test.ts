import { describe, expect, it } from "vitest";
import { bringIntoView, keepOrder, nextSpeaker, reorder } from "./order";

describe("the order of tiles", () => {
  it("keeps places when people come and go", () => {
    expect(keepOrder([5, 9, 13], [13, 5, 17])).toEqual([5, 13, 17]);
    expect(keepOrder([], [1, 2])).toEqual([1, 2]);
  });

  it("changes among some, and the others stay", () => {
    expect(reorder([1, 5, 9, 13], [13, 5])).toEqual([1, 13, 9, 5]);
  });

  it("moves nobody when the speaker is in view", () => {
    expect(bringIntoView([5, 9, 13], 2, [9], new Map(), new Set())).toEqual([5, 9, 13]);
  });

  it("gives a speaker from another page the place of the longest silent, and moves nobody else", () => {
    const spoke = new Map([
      [5, 300],
      [9, 100],
      [13, 200],
    ]);
    expect(bringIntoView([5, 9, 13, 17, 21], 3, [21], spoke, new Set())).toEqual([5, 21, 13, 17, 9]);
  });

  it("never moves my own tile or one that speaks", () => {
    expect(bringIntoView([5, 9, 13], 2, [13, 9], new Map(), new Set([5]))).toEqual([5, 9, 13]);
  });

  it("takes the later place among those who never spoke", () => {
    expect(bringIntoView([5, 9, 13, 17], 3, [17], new Map(), new Set())).toEqual([5, 9, 17, 13]);
  });
});

describe("the large place of the speaker view", () => {
  it.each([
    ["goes to who speaks", null, [9], 5, 9],
    ["stays with who goes on speaking", 9, [13, 9], 5, 9],
    ["moves on when they have stopped", 9, [13], 5, 13],
    ["stays in silence", 9, [], 5, 9],
    ["is never mine", 9, [5], 5, 9],
  ] as const)("%s", (_, current, speaking, mine, want) => {
    expect(nextSpeaker(current, speaking, mine)).toBe(want);
  });
});
