import { expect, it } from "vitest";
import { person } from "../browser/fake-signalling";
import { handPlaces, nextHand } from "./hands";

it("hands are in the order in which they went up", () => {
  const people = [person(1, { hand: 300 }), person(2), person(3, { hand: 100 }), person(4, { hand: 300 })];
  expect([...handPlaces(people)]).toEqual([
    ["p3", 1],
    ["p1", 2],
    ["p4", 3],
  ]);
});

it("my hand comes after those that are up, whatever my clock says, and before those that go up later", () => {
  expect(nextHand([person(2), person(3, { hand: 100 }), person(4, { hand: 90 })])).toBe(101);
  expect(nextHand([person(2)])).toBe(1);
});
