import { expect, it } from "vitest";
import { FakeStore } from "../browser/fakes";
import { Seats } from "./seats";

/** Two tabs of one browser. */
function tabs() {
  const browser = new FakeStore();
  const [first, second] = [new Seats(new FakeStore(), browser), new Seats(new FakeStore(), browser)];
  first.keep("team", "key1");
  second.keep("team", "key2"); // each has a session in the lobby
  first.sit("team", "ann");
  return { browser, first, second };
}

const ann = { id: "ann", name: "Ann" };
const bob = { id: "bob", name: "Bob" };

it("a tab knows that another one sits in the room", () => {
  const { first, second } = tabs();
  expect(second.elsewhere("team", [bob, ann])).toBe(true);
  expect(second.elsewhere("team", [bob])).toBe(false); // a crashed tab's, long given up
  expect(second.elsewhere("other", [ann])).toBe(false);
  expect(first.elsewhere("team", [ann])).toBe(false);
});

it("the seat can be taken over, and the tab that lost it does not take it from the records", () => {
  const { first, second } = tabs();
  second.takeOver("team");
  expect(second.keyOf("team")).toBe("key1");
  second.sit("team", "ann");
  first.keep("team", "key3"); // rejoined as somebody else
  first.forget("team");
  expect(first.elsewhere("team", [ann])).toBe(true);
});

it("who leaves is in no seat any more", () => {
  const { browser, first, second } = tabs();
  first.forget("team");
  expect([first.keyOf("team"), browser.entries.size]).toEqual([null, 0]);
  expect(second.elsewhere("team", [ann])).toBe(false);
});

it.each(["", "null", "7", "{", '{"id":1,"key":"k"}', '["ann","key1"]'])("%j, written by somebody, is no seat", (text) => {
  const { browser, second } = tabs();
  browser.write("noom.seat.team", text);
  expect(second.elsewhere("team", [ann])).toBe(false);
  second.takeOver("team");
  expect(second.keyOf("team")).toBe("key2");
});
