import { expect, it } from "vitest";
import { Translator } from "../i18n/translator";
import type { Message } from "./protocol";
import { transcript } from "./transcript";

const mina = { id: "p1", name: "Mina", who: "w1" };
const juno = { id: "p2", name: "Juno\n[9:00] Mina", who: "w2" };
const day = new Date(2026, 10, 23, 9, 41).getTime();
const said = (seq: number, over: Partial<Message>): Message => ({
  ...{ id: String(seq), seq, from: mina, text: "", at: day + seq * 60_000 },
  ...over,
});

const messages = [
  said(0, { text: "Hello\nagain" }),
  said(1, { text: "psst", to: mina, from: juno }),
  said(2, { file: { id: "f", name: "plan.pdf", size: 2_400_000, type: "application/octet-stream" } }),
  said(3, { deleted: true }),
  said(24 * 60, { text: "**Next** day", edited: day }),
];

it("the chat becomes a text with days, names, times, files and marks", () => {
  const lines = transcript("team", messages, day, new Translator("en")).replaceAll("\u202f", " ").split("\r\n");
  expect(lines).toEqual([
    "Chat of team, saved on Monday, November 23, 2026 at 9:41 AM",
    "",
    "Monday, November 23, 2026",
    "",
    "[9:41 AM] Mina: Hello",
    "    again",
    "[9:42 AM] Juno [9:00] Mina, privately to Mina: psst",
    "[9:43 AM] Mina: [File: plan.pdf, 2.4 MB]",
    "[9:44 AM] Mina: This message was deleted.",
    "",
    "Tuesday, November 24, 2026",
    "",
    "[9:41 AM] Mina (edited): **Next** day",
    "",
  ]);
});

it("it speaks the page's language", () => {
  const words = new Translator("ko");
  const text = transcript("팀", messages, day, words);
  expect(text).toContain(`팀 채팅, 2026년 11월 23일 월요일 ${words.time(day)} 저장`);
  expect(text).toContain("[파일: plan.pdf, 2.4MB]");
});
