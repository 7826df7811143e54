import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeFiles } from "../browser/fake-files";
import { FakeServer, person } from "../browser/fake-signalling";
import { FakeSite, FakeStore } from "../browser/fakes";
import type { Result } from "../lib/parse";
import type { Failure, Message } from "../lib/protocol";
import { Chat } from "./chat.svelte";
import { holdBack } from "./holding.svelte";
import type { Ask } from "./meeting.svelte";
import { Roster } from "./roster.svelte";

const me = { id: "me", name: "Ann", who: "w_ann" };
const ben = { id: "p2", name: "Ben", who: "w_ben" };

function message(seq: number, over: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, from: ben, text: `text ${seq}`, at: seq, ...over };
}

let server: FakeServer;
let files: FakeFiles;
let roster: Roster;
let store: FakeStore;
let complaints: Failure[];
let unsent: number;
let chat: Chat;

function build(): Chat {
  const signalling = server.openSignalling(
    () => ({ room: "team", name: "Ann" }),
    () => undefined,
  );
  server.connect();
  const ask: Ask = (event, data) => signalling.request(event, data);
  const complain = (failure: Failure) => complaints.push(failure);
  const parts = { ask, files, look: () => () => undefined, roster, tabStore: store, complain };
  return new Chat({ ...parts, unsent: () => unsent++, now: () => 1000 });
}

beforeEach(() => {
  unsent = 0;
  [server, files, roster, store, complaints] = [new FakeServer(), new FakeFiles(), new Roster(), new FakeStore(), []];
  server.answers.chat = () => ({ ok: true, value: { seq: 1, at: 5000 } });
  chat = build();
  chat.enter(me, [], "team");
});

afterEach(() => void vi.useRealTimers());

const refused = (code: Failure["code"]): Result<object> => ({ ok: false, failure: { code, text: "" } });
const seen = () => chat.messages.map(({ text, state }) => [text, state]);
const settle = () => new Promise((resolve) => setTimeout(resolve));
const carried = () => server.asked("chat");

function say(text: string): boolean {
  chat.draft.text = text;
  return chat.send();
}

describe("sending", () => {
  it("shows the message at once, and as sent when it is stored", async () => {
    expect(say("  hello ")).toBe(true);
    expect(chat.draft.text).toBe("");
    expect(seen()).toEqual([["hello", "pending"]]);
    await settle();
    expect(chat.messages).toMatchObject([{ text: "hello", state: "sent", mine: true, at: 5000 }]);
  });

  it("shows it once and in its place, whether its event or its acknowledgement comes first", async () => {
    say("hello");
    const id = carried()[0]?.id ?? "";
    chat.receive(message(1, { id, from: me, text: "hello" }));
    expect(seen()).toEqual([["hello", "sent"]]);
    expect(chat.messages[0]?.id).toBe(id);
    await settle();
    expect(seen()).toEqual([["hello", "sent"]]);
    expect(chat.unread).toBe(0);
  });

  it("lets nobody take a message away by taking its id", () => {
    say("hello");
    const id = carried()[0]?.id ?? "";
    chat.receive(message(7, { id }));
    expect(seen()).toEqual([
      ["text 7", "sent"],
      ["hello", "pending"],
    ]);
    expect(new Set(chat.messages.map((one) => one.id)).size).toBe(2);
  });

  it("refuses what is empty or too long", () => {
    expect(say("  ")).toBe(false);
    expect(say("x".repeat(4001))).toBe(false);
    expect(say("🙂".repeat(4000))).toBe(true);
  });

  it("waits for a lost connection and sends again, under the same id", async () => {
    server.connected = false;
    say("one");
    say("two");
    await settle();
    expect(seen()).toEqual([
      ["one", "pending"],
      ["two", "pending"],
    ]);
    const ids = chat.messages.map(({ id }) => id);
    server.connected = true;
    let seq = 0;
    server.answers.chat = () => ({ ok: true, value: { seq: ++seq, at: 1 } });
    chat.resend();
    await settle();
    expect(carried().map(({ id, text }) => [id, text])).toEqual([
      [ids[0], "one"],
      [ids[1], "two"],
    ]);
    expect(chat.messages.every(({ state }) => state === "sent")).toBe(true);
  });

  it("has the last one changed, not the one before while that is on its way", async () => {
    expect(chat.changeable).toBeNull();
    let seq = 0;
    server.answers.chat = () => ({ ok: true, value: { seq: ++seq, at: 1 } });
    say("one");
    await settle();
    chat.receive(message(7, { text: "somebody else's" }));
    expect(chat.changeable?.text).toBe("one");
    say("two");
    expect(chat.changeable).toBeNull();
    await settle();
    expect(chat.changeable?.text).toBe("two");
    server.answers.chat = () => refused("limited");
    say("three");
    await settle();
    expect(chat.changeable?.text).toBe("two");
  });

  it("keeps a refused message with its reason, to be tried again or dropped", async () => {
    server.answers.chat = () => refused("limited");
    say("one");
    say("two");
    await settle();
    expect(chat.messages.map(({ state, failure }) => [state, failure?.code])).toEqual([
      ["failed", "limited"],
      ["failed", "limited"],
    ]);
    const [one, two] = chat.messages;
    chat.discard(two?.id ?? "");
    server.answers.chat = () => ({ ok: true, value: { seq: 1, at: 1 } });
    chat.retry(one?.id ?? "");
    await settle();
    expect(seen()).toEqual([["one", "sent"]]);
  });
});

describe("what could not be sent", () => {
  it("is told of, unless the chat is open and says so itself", async () => {
    server.answers.chat = () => refused("forbidden");
    const close = chat.show();
    say("one");
    await settle();
    expect(unsent).toBe(0);
    close();
    say("two");
    await settle();
    expect(unsent).toBe(1);
  });

  it("may be a file, too", async () => {
    files.failures.begin.push({ code: "full", text: "" });
    chat.draft.attach([new File(["x"], "a.txt"), new File(["x"], "b.txt")]);
    say("two files");
    await vi.waitFor(() => expect(carried().length).toBe(1));
    expect([chat.messages[0]?.upload?.state, unsent]).toEqual(["failed", 1]);
  });

  it("is not what I cancelled, or what waits for the connection", async () => {
    server.connected = false;
    files.failures.append.push({ code: "unreachable", text: "" });
    chat.draft.attach([new File(["x"], "a.txt")]);
    say("one");
    await settle();
    chat.discard(chat.messages[0]?.id ?? "");
    say("two");
    await settle();
    expect(unsent).toBe(0);
  });
});

describe("a page that is about to go", () => {
  const held = (site: FakeSite) => (flushSync(), site.held);

  it("is held back in the meeting by a file or a message on its way, and by nothing else", async () => {
    const [site, left] = [new FakeSite("/r/team"), new FakeSite("/r/team")];
    const stops = [holdBack({ status: "meeting" }, chat, site), holdBack({ status: "left" }, chat, left)];
    expect(held(site)).toBe(false);
    chat.draft.attach([new File(["x"], "a.txt")]);
    say("");
    expect([held(site), held(left)]).toEqual([true, false]);
    await vi.waitFor(() => expect(carried().length).toBe(1));
    expect(held(site)).toBe(true); // the message is not there yet
    const file = { id: "f1", name: "a.txt", size: 1, type: "application/octet-stream" };
    chat.receive(message(1, { id: carried()[0]?.id ?? "", from: me, text: "", file }));
    expect(held(site)).toBe(false);

    server.connected = false;
    void chat.edit(1, "words");
    expect(held(site)).toBe(true);
    server.connected = true;
    chat.resend();
    await settle();
    expect(held(site)).toBe(false);

    server.answers.chat = () => refused("forbidden");
    say("no");
    await settle();
    expect(held(site)).toBe(false); // it waits for me, not for the server
    for (const stop of stops) stop();
  });
});

describe("to one person", () => {
  it("carries whom it is for, also after they came back under another id", async () => {
    chat.draft.to = ben;
    say("psst");
    roster.put(person(9, { id: "p9", who: ben.who, name: "Ben" }));
    say("still you");
    await settle();
    expect(carried().map(({ to }) => to)).toEqual(["p2", "p9"]);
    expect(chat.messages[0]?.to).toEqual(ben);
    expect(chat.draft.to).toEqual(ben); // it stays so until one chooses everybody
  });

  it("answers a private message as privately, whoever wrote it, and says who may not be chosen", () => {
    chat.receive(message(3, { to: me }));
    chat.draft.answer(chat.find(3)!);
    expect([chat.draft.to, chat.draft.bound]).toEqual([ben, true]);
    say("yes");
    expect(carried()[0]).toMatchObject({ to: "p2", reply: 3 });
    const cleo = { id: "p3", name: "Cleo", who: "w_cleo" };
    chat.receive(message(4, { from: me, to: cleo }));
    chat.draft.answer(chat.find(4)!);
    expect(chat.draft.to).toEqual(cleo);
    chat.draft.endReply();
    expect([chat.draft.to, chat.draft.bound]).toEqual([cleo, false]); // never wider by itself
  });
});

describe("files", () => {
  const file = (name: string, size = 3) => new File(["x".repeat(size)], name, { type: "image/png" });

  it("go with the message: the first with its text, each of the others alone", async () => {
    chat.draft.attach([file("a.png"), file("b.png")]);
    say("look");
    expect(chat.draft.files).toEqual([]);
    await vi.waitFor(() => expect(carried().length).toBe(2));
    expect(carried().map(({ text, file: id }) => [text, id])).toEqual([
      ["look", "f1"],
      ["", "f2"],
    ]);
  });

  it("are shown as sent when their message is there, with the picture that was sent", async () => {
    chat.draft.attach([file("a.png")]);
    const address = chat.draft.files[0]?.picture;
    say("");
    await vi.waitFor(() => expect(carried().length).toBe(1));
    await settle();
    expect(chat.messages[0]?.state).toBe("pending"); // its event says what the server has verified
    const info = { id: "f1", name: "a.png", size: 3, type: "image/png" };
    chat.receive(message(1, { id: carried()[0]?.id ?? "", from: me, text: "", file: info }));
    expect(chat.messages).toMatchObject([{ state: "sent", file: info }]);
    expect(files.addresses).toContain(address);
    chat.clear();
    expect(files.addresses.size).toBe(0);
  });

  it("are cancelled with their message", async () => {
    chat.draft.attach([file("a.png")]);
    say("");
    chat.discard(chat.messages[0]?.id ?? "");
    await settle();
    expect([chat.messages.length, carried().length, files.addresses.size]).toEqual([0, 0, 0]);
    expect(files.cancelled).toEqual(["f1"]);
  });

  it("that the server has forgotten go again with their message", async () => {
    server.answers.chat = () => refused("not_found");
    chat.draft.attach([file("a.png")]);
    say("");
    await vi.waitFor(() => expect(chat.messages[0]?.state).toBe("failed"));
    server.answers.chat = () => ({ ok: true, value: { seq: 1, at: 1 } });
    chat.retry(chat.messages[0]?.id ?? "");
    await vi.waitFor(() => expect(carried().map((one) => one.file)).toEqual(["f1", "f2"]));
  });

  it("that are too large or empty hold the message back", () => {
    chat.draft.attach([new File([], "none.txt")]);
    expect(chat.draft.files[0]?.problem).toBe("empty");
    expect(say("text")).toBe(false);
    chat.draft.detach(chat.draft.files[0]?.key ?? 0);
    expect(say("text")).toBe(true);
  });

  it("are saved under their name", async () => {
    files.kept.set("f9", { name: "plan.pdf", size: 3, content: new Blob(["abc"]) });
    const info = { id: "f9", name: "plan.pdf", size: 3, type: "application/octet-stream" };
    expect(await chat.files.save(info)).toBe(true);
    expect(files.saved.map(({ name }) => name)).toEqual(["plan.pdf"]);
    expect(await chat.files.save({ ...info, id: "gone" })).toBe(false);
  });
});

describe("receiving", () => {
  it("counts what others wrote since one last looked", () => {
    chat.receive(message(1));
    chat.receive(message(2));
    expect([chat.unread, chat.firstUnread]).toEqual([2, "#1"]);
    chat.watch(true);
    chat.watch(false);
    expect([chat.unread, chat.firstUnread]).toEqual([0, null]);
  });

  it("draws the line where I stopped looking, also with the chat open", () => {
    const close = chat.show();
    chat.watch(true);
    chat.receive(message(1));
    expect([chat.unread, chat.unreadLine]).toEqual([0, null]);
    chat.watch(false); // the tab is hidden, or I read further up
    chat.receive(message(2));
    chat.receive(message(3));
    expect([chat.unread, chat.unreadLine]).toEqual([2, "#2"]);
    chat.watch(true);
    chat.receive(message(4));
    expect([chat.unread, chat.firstUnread, chat.unreadLine]).toEqual([0, null, "#2"]);
    chat.watch(false);
    chat.receive(message(5));
    expect([chat.unread, chat.unreadLine]).toEqual([1, "#5"]);
    chat.watch(true);
    close();
    expect(chat.unreadLine).toBeNull(); // it has done its work
    chat.receive(message(6));
    chat.receive(message(7));
    expect([chat.unread, chat.unreadLine]).toEqual([2, "#6"]);
  });

  it("orders by the server's count and takes nothing twice", () => {
    chat.receive(message(2));
    chat.receive(message(1));
    chat.receive(message(2));
    expect(chat.messages.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it("shows history to one who comes late as read, and what was missed as unread", () => {
    const late = build();
    late.enter(me, [message(1), message(2)], "other");
    expect([late.messages.length, late.unread]).toEqual([2, 0]);
    late.enter(me, [message(1), message(2), message(3)], "other");
    expect([late.messages.length, late.unread, late.firstUnread]).toEqual([3, 1, "#3"]);
  });

  it("takes what a waking room recalls for history, not for news", () => {
    const late = build();
    late.enter({ ...me, joinedAt: 100 }, [], "other");
    late.receive(message(1, { at: 50 }));
    late.receive(message(2, { at: 150 }));
    expect([late.unread, late.firstUnread]).toEqual([1, "#2"]);
  });

  it("remembers over a reload how far one has read", () => {
    chat.receive(message(1));
    chat.watch(true);
    chat.watch(false);
    const reloaded = build();
    reloaded.enter(me, [message(1), message(2), message(3, { from: me })], "team");
    expect([reloaded.unread, reloaded.firstUnread]).toEqual([1, "#2"]);
  });

  it("remembers so of one who came late and has read nothing yet", () => {
    const late = build();
    late.enter(me, [message(1)], "other");
    late.receive(message(2));
    const reloaded = build();
    reloaded.enter(me, [message(1), message(2)], "other");
    expect([reloaded.unread, reloaded.firstUnread]).toEqual([1, "#2"]);
  });

  it("knows my own messages after I came back under another seat", async () => {
    say("hello");
    await settle();
    chat.enter({ id: "me2", name: "Ann", who: "w_ann" }, [], "team");
    expect(chat.messages[0]?.mine).toBe(true);
  });

  it("drops what is between when too much was missed, and can fetch it", async () => {
    chat.receive(message(1));
    chat.enter(me, [message(500)], "team");
    expect(chat.messages.map(({ seq }) => seq)).toEqual([500]);
    expect(chat.past.state).toBe("more");
  });
});

describe("older pages", () => {
  const pages = (asked: { before: number }): Result<object> => {
    const chat = Array.from({ length: 100 }, (_, at) => message(asked.before - 100 + at)).filter(({ seq }) => seq > 0);
    return { ok: true, value: { chat, more: asked.before > 101 } };
  };

  it("come one after the other, until there are none", async () => {
    server.answers.history = pages;
    chat.enter(me, [message(151)], "team");
    chat.watch(true);
    chat.watch(false);
    await chat.past.load();
    expect([chat.messages.length, chat.past.state]).toEqual([101, "more"]);
    await Promise.all([chat.past.load(), chat.past.load()]);
    expect([chat.messages.length, chat.past.state, chat.unread]).toEqual([151, "none", 0]);
    expect(server.asked("history").map(({ before }) => before)).toEqual([151, 51]);
  });

  it("can be tried again when the server did not answer", async () => {
    chat.enter(me, [message(151)], "team");
    server.answers.history = () => refused("internal");
    await chat.past.load();
    expect(chat.past.state).toBe("failed");
    server.answers.history = pages;
    await chat.past.load();
    expect(chat.past.state).toBe("more");
  });

  it("lead to a message that is quoted, or tell that it is gone", async () => {
    server.answers.history = pages;
    chat.enter(me, [message(451)], "team");
    expect(await chat.past.reach(200)).toBe("there");
    expect(chat.messages[0]?.seq).toBe(151);
    server.answers.history = () => refused("internal");
    expect(await chat.past.reach(3)).toBe("failed");
    server.answers.history = () => ({ ok: true, value: { chat: [], more: false } });
    expect(await chat.past.reach(3)).toBe("gone");
  });

  it("lead there also while one is on its way already", async () => {
    server.answers.history = pages;
    chat.enter(me, [message(451)], "team");
    void chat.past.load(); // one has scrolled up
    expect(await chat.past.reach(100)).toBe("there");
    expect(server.asked("history").length).toBe(4);
  });

  it("make everything the room remembers, and change nothing on the page", async () => {
    server.answers.history = pages;
    chat.enter(me, [message(251)], "team");
    const all = await chat.past.collect();
    if (all === null || all === "stopped") throw new Error("there is nothing");
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 251 }, (_, at) => at + 1));
    expect(chat.messages.length).toBe(1);
    server.answers.history = () => refused("internal");
    expect([await chat.past.collect(), chat.past.collected]).toEqual([null, null]);
  });

  it("wait when the server says so", async () => {
    vi.useFakeTimers();
    let at = 0;
    const limited = { ok: false, failure: { code: "limited", text: "", retry: 2 } } as const;
    server.answers.history = (asked) => (at++ % 2 === 0 ? limited : pages(asked));
    chat.enter(me, [message(351)], "team");
    const everything = chat.past.collect();
    await vi.advanceTimersByTimeAsync(4000);
    expect(chat.past.collected).toBe(201);
    await vi.advanceTimersByTimeAsync(4000);
    expect((await everything)?.length).toBe(351);
    const found = chat.past.reach(300);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await found).toBe("there");
  });

  it("wait for the connection when everything is collected, and can be stopped", async () => {
    vi.useFakeTimers();
    server.answers.history = pages;
    chat.enter(me, [message(351)], "team");
    server.connected = false;
    const everything = chat.past.collect();
    await vi.advanceTimersByTimeAsync(5000);
    server.connected = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect((await everything)?.length).toBe(351);

    server.connected = false;
    const stopped = chat.past.collect();
    await vi.advanceTimersByTimeAsync(5000);
    chat.past.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect([await stopped, chat.past.collected]).toEqual(["stopped", null]);

    const left = chat.past.collect();
    await vi.advanceTimersByTimeAsync(10_000);
    chat.clear();
    expect(await left).toBe("stopped");
  });

  it("leave no gap when the connection was lost for long while one came", async () => {
    let answer: (result: Result<object>) => void = () => undefined;
    server.answers.history = () => new Promise((resolve) => (answer = resolve)) as never;
    chat.enter(me, [message(151)], "team");
    const loading = chat.past.load();
    chat.enter(me, [message(900)], "team");
    answer(pages({ before: 151 }));
    await loading;
    expect([chat.messages.map(({ seq }) => seq), chat.past.state]).toEqual([[900], "more"]);
  });
});

describe("changing", () => {
  beforeEach(() => chat.receive(message(5, { from: me, text: "helo" })));

  it("edits at once, and takes it back when the server will not have it", async () => {
    chat.draft.text = "unfinished";
    chat.draft.edit(chat.find(5)!);
    expect(chat.draft.text).toBe("helo");
    expect(say("hello")).toBe(true);
    expect(chat.draft.text).toBe("unfinished");
    expect(chat.find(5)).toMatchObject({ text: "hello", edited: 1000 });
    await settle();
    expect(server.asked("chat_edit")).toEqual([{ seq: 5, text: "hello" }]);
    server.answers.chat_edit = () => refused("forbidden");
    await chat.edit(5, "again");
    expect([chat.find(5)?.text, complaints.length]).toEqual(["hello", 1]);
  });

  it("keeps what was done while the connection is lost, and does it once that is back", async () => {
    server.connected = false;
    chat.draft.edit(chat.find(5)!);
    say("hello");
    await settle();
    await chat.react(5, "👍");
    expect([chat.find(5)?.text, chat.find(5)?.state, complaints]).toEqual(["hello", "pending", []]);
    chat.receive(message(6));
    expect(seen()[0]).toEqual(["hello", "pending"]);

    server.connected = true;
    chat.enter(me, [message(5, { from: me, text: "helo" }), message(6)], "team");
    expect(chat.find(5)?.text).toBe("hello"); // the server does not know of it yet
    await settle();
    expect(server.requests.slice(-2).map(({ event }) => event)).toEqual(["chat_edit", "chat_react"]);
    expect(chat.find(5)).toMatchObject({ text: "hello", state: "sent", reactions: [{ emoji: "👍", by: ["w_ann"] }] });
  });

  it("gives the words of a refused edit back, unless one writes something else by now", async () => {
    server.answers.chat_edit = () => refused("forbidden");
    chat.draft.edit(chat.find(5)!);
    say("hello, all of you");
    await settle();
    expect([chat.draft.editing?.seq, chat.draft.text, chat.find(5)?.text]).toEqual([5, "hello, all of you", "helo"]);
    expect(chat.draft.editing?.text).toBe("helo");
    say("hello");
    chat.draft.text = "something else";
    await settle();
    expect([chat.draft.editing, chat.draft.text, complaints.length]).toEqual([null, "something else", 2]);
  });

  it("waits when it was too quick, and keeps the order", async () => {
    vi.useFakeTimers();
    server.answers.chat_react = () => ({ ok: false, failure: { code: "limited", text: "", retry: 3 } });
    void chat.react(5, "👍");
    void chat.react(5, "👍");
    await vi.advanceTimersByTimeAsync(2999);
    expect([server.asked("chat_react").length, complaints]).toEqual([1, []]);
    delete server.answers.chat_react;
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    expect(server.asked("chat_react").map(({ on }) => on)).toEqual([true, true, false]);
    expect(chat.find(5)?.reactions).toEqual([]);
  });

  it("deletes with its file and reactions", async () => {
    await chat.delete(5);
    expect(chat.find(5)).toMatchObject({ deleted: true, text: "" });
    expect(server.asked("chat_delete")).toEqual([{ seq: 5 }]);
  });

  it("reacts, and no longer", async () => {
    await chat.react(5, "👍");
    expect(chat.find(5)?.reactions).toEqual([{ emoji: "👍", by: ["w_ann"] }]);
    await chat.react(5, "👍");
    expect(chat.find(5)?.reactions).toEqual([]);
    expect(server.asked("chat_react").map(({ on }) => on)).toEqual([true, false]);
  });

  it("follows what others did, and counts nothing new", () => {
    chat.change(message(5, { from: me, text: "by the host", deleted: true }));
    chat.change(message(99));
    expect(chat.messages.length).toBe(1);
    expect([chat.find(5)?.deleted, chat.unread]).toEqual([true, 0]);
  });
});

it("2 000 messages cost little, and one more even less", () => {
  const many = Array.from({ length: 2000 }, (_, at) => message(at + 1));
  chat.enter(me, many, "team");
  const before = chat.messages;
  const started = performance.now();
  for (let seq = 2001; seq <= 2100; seq++) {
    chat.receive(message(seq));
    void chat.messages;
  }
  expect(performance.now() - started).toBeLessThan(500); // 100 of them; a frame has 16 ms for one
  expect(chat.messages[7]).toBe(before[7]); // what has not changed is not drawn again
});
