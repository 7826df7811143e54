import { expect, it } from "vitest";
import { person } from "../browser/fake-signalling";
import { handPlaces } from "./hands";
import { arranged, found } from "./people";

const people = [person(1), person(2, { hand: 20 }), person(3), person(4, { hand: 10 })];
const names = (...list: string[]) => list.map((name, at) => person(at + 1, { name }));

it("raised hands come first, in the order in which they went up", () => {
  expect(arranged(people, handPlaces(people)).map(({ id }) => id)).toEqual(["p4", "p2", "p1", "p3"]);
  expect(arranged(people, new Map())).toBe(people);
});

it.each([
  ["", ["Tomás Rivera", "박미나", "İlker"]],
  ["tomas", ["Tomás Rivera"]],
  ["RIV tom", ["Tomás Rivera"]],
  ["미나", ["박미나"]],
  ["ilk", ["İlker"]],
  ["nobody", []],
])("%j finds %j", (search, want) => {
  expect(found(names("Tomás Rivera", "박미나".normalize("NFD"), "İlker"), search).map(({ name }) => name.normalize())).toEqual(want);
});
