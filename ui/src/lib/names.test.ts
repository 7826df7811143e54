import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { personName } from "./names";

const rows = readFileSync(`${process.cwd()}/../protocol/names.txt`, "utf8")
  .split("\n")
  .filter((line) => line.startsWith('"'))
  .map((line) => line.split(" → ") as [string, string]);

it.each(rows)("%s is called %s, as by the server", (written, seen) => {
  const name = personName(JSON.parse(written) as string);
  expect(name).toBe(seen === "refused" ? "" : JSON.parse(seen));
  expect(personName(name)).toBe(name);
});

it("half a character is left out: one that a field has cut in two", () => {
  expect(personName("Ann\ud83d")).toBe("Ann");
});
