import { expect, it } from "vitest";
import { FakeStore } from "../browser/fakes";
import { Keyring } from "./keyring.svelte";

it("keeps what it is given, for the next time this browser is opened", () => {
  const store = new FakeStore();
  const keyring = new Keyring(store);
  keyring.keepBrowser("token");
  keyring.keepLink("team", "old", { at: 1 });
  keyring.keepLink("other", "key", { at: 2 });
  keyring.keepLink("team", "new", { at: 3 });
  const next = new Keyring(store);
  expect([next.browser, next.linkOf("team"), next.linkOf("nowhere")]).toEqual(["token", "new", null]);
  expect(next.links.map((link) => link.room)).toEqual(["team", "other", "team"]);
  next.forgetRoom("team");
  expect(new Keyring(store).linkOf("team")).toBeNull();
});

it("a link that gives less does not cost me the one that makes me host", () => {
  const store = new FakeStore();
  const keyring = new Keyring(store);
  keyring.keepLink("team", "mine", { role: "host" });
  keyring.keepLink("team", "given");
  keyring.learnRole("team", "given", "viewer");
  keyring.learnRole("team", "given", "host"); // handed over for one meeting
  const next = new Keyring(store);
  expect([next.linkOf("team"), next.hostKey("team"), next.hosted]).toEqual(["given", "mine", ["team"]]);
  expect(next.links.map((link) => link.role)).toEqual(["viewer", "host"]);
  next.keepLink("team", "mine");
  expect([next.linkOf("team"), next.links.length]).toEqual(["mine", 2]);
  next.renameRoom("team", "crew");
  expect([next.hosted, next.linkOf("crew"), next.linkOf("team")]).toEqual([["crew"], "mine", null]);
});

it("two tabs lose nothing of each other's", () => {
  const store = new FakeStore();
  const [old, young] = [new Keyring(store), new Keyring(store)];
  young.keepBrowser("token");
  young.keepLink("team", "mine", { role: "host" });
  old.keepLink("other", "key");
  expect([old.browser, old.hosted, old.links.length]).toEqual(["token", ["team"], 2]);
  young.refresh();
  expect(young.linkOf("other")).toBe("key");
});

it("where nothing can be kept, it remembers as long as the page lives", () => {
  const deaf = { read: () => null, write: () => undefined, remove: () => undefined, watch: () => () => undefined };
  const keyring = new Keyring(deaf);
  keyring.keepBrowser("token");
  keyring.keepLink("team", "mine", { role: "host" });
  keyring.keepLink("other", "key");
  expect([keyring.browser, keyring.hostKey("team"), keyring.linkOf("other")]).toEqual(["token", "mine", "key"]);
});

it.each(["", "{", "null", "{}", '[1, null, {"room": 1}]'])("is empty when storage holds %s", (broken) => {
  const store = new FakeStore();
  store.write("noom.links", broken);
  expect(new Keyring(store).links).toEqual([]);
});

it("a room that another tab makes is among mine at once", () => {
  const store = new FakeStore();
  const [one, other] = [new Keyring(store), new Keyring(store)];
  other.keepLink("team", "k.1", { role: "host" });
  store.tell("noom.links");
  expect(one.hosted).toEqual(["team"]);
});
