import { expect, it } from "vitest";
import { Gathering } from "./gathering";

function gathered(...happened: Parameters<Gathering["add"]>[]) {
  const gathering = new Gathering();
  for (const [what, name] of happened) gathering.add(what, name);
  return gathering.take();
}

it("two hundred arrivals are one sentence", () => {
  const many = Array.from({ length: 200 }, (_, n) => ["joined", `P${n}`] as const);
  expect(gathered(...many.map(([what, name]): ["joined", string] => [what, name]))).toEqual([
    { what: "joined", names: ["P0", "P1", "P2"], others: 197 },
  ]);
});

it("a fourth name is said, and not “1 other”", () => {
  const names = ["A", "B", "C", "D"];
  expect(gathered(...names.map((name): ["joined", string] => ["joined", name]))).toEqual([
    { what: "joined", names, others: 0 },
  ]);
});

it("a reaction names one person and counts the others, each once", () => {
  expect(gathered(["👏", "Mina"], ["👏", "Bo"], ["👏", "Mina"], ["🎉", "Bo"], ["👏", "Cy"], ["👏", "Di"])).toEqual([
    { what: "👏", names: ["Mina"], others: 3 },
    { what: "🎉", names: ["Bo"], others: 0 },
  ]);
});

it("who comes and goes at once is not mentioned", () => {
  expect(gathered(["joined", "A"], ["left", "A"])).toEqual([]);
  expect(gathered(["left", "A"], ["joined", "B"], ["joined", "A"])).toEqual([{ what: "joined", names: ["B"], others: 0 }]);
});

it("what was taken is not said again", () => {
  const gathering = new Gathering();
  gathering.add("hand", "A");
  expect(gathering.take()).toHaveLength(1);
  expect(gathering.take()).toEqual([]);
});
