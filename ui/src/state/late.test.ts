import { expect, it } from "vitest";
import { Late } from "./late.svelte";

/** A part that comes after so many failures; `there` is the server. */
function late(failures: number, server: { there: boolean }): Late<string> {
  const load = async () => {
    if (failures-- > 0) throw new TypeError("Failed to fetch dynamically imported module");
    return { default: "part" };
  };
  return new Late(load, async () => server.there);
}

it("comes at once", async () => {
  const part = late(0, { there: false });
  await part.bring();
  expect([part.part, part.trouble, part.trying]).toEqual(["part", null, false]);
});

it("says that the server is away, and comes when it is back", async () => {
  const server = { there: false };
  const part = late(2, server);
  await part.bring();
  expect([part.part, part.trouble, part.trying]).toEqual([null, "away", false]);
  server.there = true;
  const again = part.bring();
  expect(part.trying).toBe(true);
  await again;
  expect([part.part, part.trouble, part.trying]).toEqual(["part", null, false]);
});

it("tries once more by itself while the server is there, and then says that the page is stale", async () => {
  const [once, ever] = [late(1, { there: true }), late(Infinity, { there: true })];
  await Promise.all([once.bring(), ever.bring()]);
  expect([once.part, once.trouble]).toEqual(["part", null]);
  expect([ever.part, ever.trouble]).toEqual([null, "stale"]);
});
