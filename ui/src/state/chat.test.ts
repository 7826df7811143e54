import { beforeEach, describe, expect, it } from "vitest";
import type { Result } from "../lib/parse";
import type { Message } from "../lib/protocol";
import { Chat } from "./chat.svelte";

const me = { id: "me", name: "Ann", who: "w_ann" };
const ben = { id: "p2", name: "Ben", who: "w_ben" };
type Ack = Result<{ seq: number; at: number }>;

function message(seq: number, over: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, from: ben, text: `text ${seq}`, at: seq, ...over };
}

let chat: Chat;
let carried: { id: string; text: string }[];
let answer: () => Promise<Ack>;
beforeEach(() => {
  carried = [];
  chat = new Chat(
    (one) => {
      carried.push(one);
      return answer();
    },
    () => 1000,
  );
  answer = async () => ({ ok: true, value: { seq: 1, at: 5000 } });
  chat.enter(me, []);
});

const seen = () => chat.messages.map(({ text, state }) => [text, state]);
const settle = () => new Promise((resolve) => setTimeout(resolve));

describe("sending", () => {
  it("shows the message at once, and as sent when it is stored", async () => {
    expect(chat.send("  hello ")).toBe(true);
    expect(seen()).toEqual([["hello", "pending"]]);
    await settle();
    expect(chat.messages).toMatchObject([{ text: "hello", state: "sent", mine: true, at: 5000 }]);
  });

  it("shows it once, whether its event or its acknowledgement comes first", async () => {
    chat.send("hello");
    const id = carried[0]?.id ?? "";
    chat.receive(message(1, { id, from: me, text: "hello" }));
    expect(seen()).toEqual([["hello", "sent"]]);
    await settle();
    expect(seen()).toEqual([["hello", "sent"]]);
    expect(chat.unread).toBe(0);
  });

  it("refuses what is empty or too long", () => {
    expect(chat.send("  ")).toBe(false);
    expect(chat.send("x".repeat(4001))).toBe(false);
    expect(chat.send("🙂".repeat(4000))).toBe(true);
  });

  it("waits for a lost connection and sends again, under the same id", async () => {
    answer = async () => ({ ok: false, failure: { code: "unreachable", text: "" } });
    chat.send("one");
    chat.send("two");
    await settle();
    expect(seen()).toEqual([
      ["one", "pending"],
      ["two", "pending"],
    ]);
    answer = async () => ({ ok: true, value: { seq: carried.length, at: 1 } });
    chat.resend();
    await settle();
    expect(carried.map(({ text }) => text)).toEqual(["one", "two", "one", "two"]);
    expect(carried[2]?.id).toBe(carried[0]?.id);
    expect(chat.messages.every(({ state }) => state === "sent")).toBe(true);
  });

  it("keeps a refused message, to be tried again or dropped", async () => {
    answer = async () => ({ ok: false, failure: { code: "limited", text: "" } });
    chat.send("one");
    chat.send("two");
    await settle();
    expect(chat.messages.map(({ state }) => state)).toEqual(["failed", "failed"]);
    const [one, two] = chat.messages;
    chat.discard(two?.id ?? "");
    answer = async () => ({ ok: true, value: { seq: 1, at: 1 } });
    chat.retry(one?.id ?? "");
    await settle();
    expect(seen()).toEqual([["one", "sent"]]);
  });
});

describe("receiving", () => {
  it("counts what others wrote since one last looked", () => {
    chat.receive(message(1));
    chat.receive(message(2));
    expect([chat.unread, chat.firstUnread]).toEqual([2, "m1"]);
    chat.markRead();
    expect([chat.unread, chat.firstUnread]).toEqual([0, null]);
  });

  it("orders by the server's count and takes nothing twice", () => {
    chat.receive(message(2));
    chat.receive(message(1));
    chat.receive(message(2));
    expect(chat.messages.map(({ id }) => id)).toEqual(["m1", "m2"]);
  });

  it("shows history to one who comes late as read, and what was missed as unread", () => {
    const late = new Chat(async () => ({ ok: true, value: { seq: 0, at: 0 } }));
    late.enter(me, [message(1), message(2)]);
    expect([late.messages.length, late.unread]).toEqual([2, 0]);
    late.enter(me, [message(1), message(2), message(3)]);
    expect([late.messages.length, late.unread, late.firstUnread]).toEqual([3, 1, "m3"]);
  });

  it("knows my own messages after I came back under another seat", async () => {
    chat.send("hello");
    await settle();
    chat.enter({ id: "me2", name: "Ann", who: "w_ann" }, []);
    expect(chat.messages[0]?.mine).toBe(true);
  });
});
