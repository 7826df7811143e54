/** A conversation that never took place, with everything that can stand in one. */
import type { Files } from "../src/browser/files";
import { look } from "../src/browser/sight";
import { openStore } from "../src/browser/storage";
import type { Author, Message } from "../src/lib/protocol";
import { Chat } from "../src/state/chat.svelte";
import type { Ask } from "../src/state/meeting.svelte";
import type { Roster } from "../src/state/roster.svelte";
import { slide } from "./slide";

const noServer = { ok: false, failure: { code: "unreachable", text: "gallery" } } as const;
const noHistory = { ok: false, failure: { code: "not_found", text: "gallery" } } as const;
const unused = openStore("session");

/** Messages are never sent; files are all the same slide. */
const files: Files = {
  begin: async () => noServer,
  append: async () => noServer,
  offset: async () => noServer,
  cancel: async () => undefined,
  fetch: async () => ({ ok: true, value: await (await fetch(slide())).blob() }),
  addressOf: (content) => URL.createObjectURL(content),
  release: (address) => URL.revokeObjectURL(address),
  save: () => undefined,
};

const words = {
  en: {
    slides: "Morning! Slides are here: https://docs.example.org/review-q4 (page 3 is new).",
    thanks: "Thanks, opening it now.",
    better: "The second chart reads **much better**.",
    agreed: "Agreed. Shall we start with the *response times*?",
    questions: "Yes. Two questions first:\n1. Which regions are included?\n2. Is this the median or the mean?",
    answer: "All regions, median. This is the query:",
    chart: "And this is the chart",
    psst: "Shall I mention the outage in May?",
    please: "Yes please, but only at the end.",
  },
  ko: {
    slides: "안녕하세요! 자료 링크예요: https://docs.example.org/review-q4 (3쪽이 새로 들어갔어요)",
    thanks: "고마워요. 지금 열어 볼게요.",
    better: "두 번째 그래프가 **훨씬** 읽기 좋네요.",
    agreed: "동의해요. *응답 시간*부터 볼까요?",
    questions: "네. 먼저 두 가지만 여쭐게요.\n1. 어느 지역이 들어갔나요?\n2. 중앙값인가요, 평균인가요?",
    answer: "모든 지역의 중앙값이에요. 쿼리는 이래요.",
    chart: "그래프는 이거예요",
    psst: "5월 장애 이야기도 할까요?",
    please: "네, 마지막에만 짧게요.",
  },
} as const;
const query = "```sql\nselect region, median(duration) from requests where at > now() - interval '90 days' group by region\n```";

export function talk(roster: Roster, asked: URLSearchParams, language: "en" | "ko"): Chat {
  const ask: Ask = async (event) => (event === "history" ? noHistory : noServer);
  const nothing = () => undefined;
  const chat = new Chat({ ask, files, look, roster, tabStore: unused, complain: nothing, unsent: nothing });
  const [me, ...others] = [roster.me, ...roster.participants].map(
    (person): Author => ({ id: person?.id ?? "", name: person?.name ?? "", who: person?.who ?? "" }),
  );
  if (!me) return chat;
  const person = (at: number): Author => others[at % Math.max(1, others.length)] ?? me;
  const all = asked.has("quiet") ? [] : asked.has("many") ? many(Number(asked.get("many")), person) : conversation(language, me, person);
  const unread = Number(asked.get("unread") ?? 0);
  chat.enter(me, all.slice(0, all.length - unread), "gallery");
  void chat.past.load(); // there is nothing older
  for (const message of all.slice(all.length - unread)) chat.receive(message);
  const { draft } = chat;
  if (asked.has("private")) draft.to = person(0);
  if (asked.has("reply")) draft.answer(chat.messages[2]!);
  if (asked.has("edit")) draft.edit(chat.messages.findLast(({ mine }) => mine)!);
  if (asked.has("text")) draft.text = asked.get("text") ?? "";
  if (asked.has("files")) attach(chat);
  return chat;
}

function conversation(language: "en" | "ko", me: Author, person: (at: number) => Author): Message[] {
  const said = words[language];
  const start = new Date().setHours(9, 41, 0, 0);
  const message = (seq: number, from: Author, text: string, over: Partial<Message> = {}): Message => ({
    ...{ id: `g${seq}`, seq, from, text, at: start + seq * 70_000 },
    ...over,
  });
  const picture = { id: "f1", name: "response-times.png", size: 412_000, type: "image/png", width: 1600, height: 900 };
  const plan = { id: "f2", name: "a-plan-with-a-very-long-name-that-goes-on-and-on.pdf", size: 2_400_000, type: "application/octet-stream" };
  return [
    message(1, person(0), said.slides, { at: start - 86_400_000, reactions: [{ emoji: "👍", by: [me.who, person(1).who] }, { emoji: "🎉", by: [person(2).who] }] }),
    message(2, person(1), said.thanks),
    message(3, person(1), said.better, { file: plan }),
    message(4, me, said.agreed, { reply: 3 }),
    message(5, person(1), said.questions),
    message(6, person(0), `${said.answer}\n${query}`, { edited: start }),
    message(7, person(0), said.chart, { file: picture, reactions: [{ emoji: "👏", by: [person(1).who] }] }),
    message(8, person(0), said.psst, { to: me }),
    message(9, me, said.please, { to: person(0), reply: 8 }),
    message(10, person(2), "", { deleted: true }),
    message(11, person(3), "👍"),
  ];
}

function many(count: number, person: (at: number) => Author): Message[] {
  const start = Date.now() - count * 60_000;
  return Array.from({ length: count }, (_, at) => {
    const text = `Message ${at + 1}${" and some more words".repeat(at % 7)}`;
    return { id: `g${at}`, seq: at + 1, from: person(Math.floor(at / 2)), text, at: start + at * 60_000 };
  });
}

function attach({ draft }: Chat): void {
  draft.attach([
    new File([new Uint8Array(300_000)], "notes.txt"),
    new File([new Uint8Array(26 * 1024 * 1024 + 1)], "film.mov"),
  ]);
}
