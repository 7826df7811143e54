import { expect, it } from "vitest";
import { heard, lasting, readable, turns, type Line } from "./captions";

const said = (...captions: [speaker: string, text: string, final: boolean][]): readonly Line[] =>
  captions.reduce<readonly Line[]>((lines, [speaker, text, final], at) => heard(lines, { speaker, text, final }, at), []);
const read = (lines: readonly Line[]) => turns(lines).map(({ speaker, lines }) => [speaker, ...lines.map(({ text }) => text)]);

it("words that are still being recognised take the place of their earlier guess", () => {
  expect(read(said(["a", "I scream", false], ["b", "No", true], ["a", "Ice cream!", true], ["a", "Who wants", false]))).toEqual([
    ["b", "No"],
    ["a", "Ice cream!", "Who wants"],
  ]);
});

it("a guess that was nothing goes again", () => {
  expect(said(["a", "Hm", false], ["a", " ", true])).toEqual([]);
  expect(said(["a", "", true])).toEqual([]);
});

it("the last two lines of the last three who spoke are enough", () => {
  const lines = said(["a", "1", true], ["b", "2", true], ["c", "3", true], ["d", "4", true], ["b", "5", true], ["b", "6", true]);
  expect(read(lines)).toEqual([["c", "3"], ["d", "4"], ["b", "5", "6"]]);
});

it("nobody fills the memory with captions, or the stage with one", () => {
  const lines = said(...Array.from({ length: 100 }, (_, n): [string, string, boolean] => [`p${n}`, "x".repeat(9999) + "end", true]));
  expect(lines).toHaveLength(32);
  expect(lines[0]?.text).toHaveLength(200);
  expect(lines[0]?.text).toMatch(/xend$/);
});

it("a line is there as long as reading takes", () => {
  const lines = said(["a", "x", true]);
  expect(readable(lines, lasting - 1)).toHaveLength(1);
  expect(readable(lines, lasting)).toHaveLength(0);
});
