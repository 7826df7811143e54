import { expect, it } from "vitest";
import { FakeStore } from "../browser/fakes";
import { Keyring } from "./keyring.svelte";

it("keeps what it is given, for the next time this browser is opened", () => {
  const store = new FakeStore();
  const keyring = new Keyring(store);
  keyring.keepBrowser("token");
  keyring.keepLink("team", "old", 1);
  keyring.keepLink("other", "key", 2);
  keyring.keepLink("team", "new", 3);
  const next = new Keyring(store);
  expect([next.browser, next.linkOf("team"), next.linkOf("nowhere")]).toEqual(["token", "new", null]);
  expect(next.links.map((link) => link.room)).toEqual(["team", "other"]);
  next.forgetLink("team");
  expect(new Keyring(store).linkOf("team")).toBeNull();
});

it.each(["", "{", "null", "{}", '[1, null, {"room": 1}]'])("is empty when storage holds %s", (broken) => {
  const store = new FakeStore();
  store.write("noom.links", broken);
  expect(new Keyring(store).links).toEqual([]);
});
