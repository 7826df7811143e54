import { describe, expect, it } from "vitest";
import { en } from "./en";
import { enHosts } from "./en-hosts";
import { enPhone } from "./en-phone";
import { enStage } from "./en-stage";
import { ko } from "./ko";
import { Translator } from "./translator";

const blanks = (message: unknown): string[] =>
  [...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? "").sort();

/** The page's code, without its words, its tests and what stands in for the browser in them. */
const code = Object.entries(
  import.meta.glob<string>("../**/*.{ts,svelte}", { query: "?raw", import: "default", eager: true }),
).flatMap(([path, text]) => (/\.test\.ts$|\/fake|\.\/(en|ko)[-.]/.test(path) ? [] : [{ path, text }]));

/** What the code may name: each of its texts, whose blanks stand for a word without a dot (a key's part). */
function namedIn(files: typeof code): (key: string) => boolean {
  const between = [/"([^"\n]*)"/g, /`([^`\n]*)`/g]; // one may stand in the other
  const texts = files.flatMap(({ text }) => between.flatMap((mark) => [...text.matchAll(mark)].map((found) => found[1] ?? "")));
  const whole = new Set(texts);
  const patterns = [...new Set(texts)]
    .filter((text) => /^[a-z]+[.-][^ ]*\$\{/.test(text))
    .map((text) => text.split(/\$\{.*?\}/).map((part) => part.replace(/\W/g, "\\$&")))
    .map((parts) => new RegExp(`^${parts.join("[^.]+")}$`));
  return (key) => whole.has(key) || patterns.some((pattern) => pattern.test(key));
}

describe("the two languages", () => {
  it("have no words that no code can say", () => {
    const named = namedIn(code);
    // Left.svelte makes the lead's key of the title's.
    const ends = (key: string) => key.endsWith("Lead") && named(key.slice(0, -"Lead".length));
    expect(Object.keys(en).filter((key) => !named(key) && !ends(key))).toEqual([]);
  });

  it("have no words for notices that are never given", () => {
    const given = namedIn(code.filter(({ path }) => !path.endsWith("/notices.svelte.ts")));
    const notices = Object.keys(en).flatMap((key) => /^notice\.([a-z-]+)$/.exec(key)?.slice(1) ?? []);
    expect(notices.filter((key) => !given(key) && key !== "device-switched")).toEqual([]);
  });

  it("are made of parts that hide nothing of one another", () => {
    const keys = [enHosts, enPhone, enStage].flatMap((part) => Object.keys(part));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  it("have the same keys", () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
  });

  it("fill the same blanks", () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect([key, ...new Set(blanks(ko[key]))]).toEqual([key, ...new Set(blanks(en[key]))]);
    }
  });

  it("leave no text empty", () => {
    for (const messages of [en, ko]) {
      for (const message of Object.values(messages)) expect(JSON.stringify(message)).not.toMatch(/""/);
    }
  });

  it("speak to people in one voice: Korean sentences end in 해요체", () => {
    for (const message of Object.values(ko)) expect(JSON.stringify(message)).not.toMatch(/니다[.!?…"]|십시오/);
  });

  it("call one thing by one word in Korean, the one that people know from other meetings", () => {
    const others = /손님|열쇠|메아리|격자|배치|무대|고치기|"고침"|암호|이끄는 사람|운영하는 사람|다시 시도하세요/;
    for (const message of Object.values(ko)) expect(JSON.stringify(message)).not.toMatch(others);
  });

  it("say 님 of people alone: after a name that is filled in", () => {
    for (const message of Object.values(ko)) expect(JSON.stringify(message)).not.toMatch(/(?<!\{(name|names)\}) 님/);
  });

  it("choose Korean particles by what stands before them, not by a bracket", () => {
    for (const message of Object.values(ko)) expect(JSON.stringify(message)).not.toMatch(/[을를이가은는와과]\([을를이가은는와과]\)/);
  });
});

describe("a translator", () => {
  it("chooses the plural by the count", () => {
    const t = new Translator("en");
    expect(t.text("meeting.count", { count: 1 })).toBe("1 person");
    expect(t.text("meeting.count", { count: 1200 })).toBe("1,200 people");
    expect(new Translator("ko").text("meeting.count", { count: 1 })).toBe("1명");
  });

  it("does not fill blanks found in what it filled in", () => {
    expect(new Translator("en").text("say.chat", { name: "{text}", text: "x" })).toBe("{text}: x");
  });

  it("calls the days as people do", () => {
    const now = new Date(2026, 10, 23, 0, 30).getTime();
    const t = new Translator("en");
    expect(t.day(now - 60_000, now)).toBe("Today");
    expect(t.day(now - 3_600_000, now)).toBe("Yesterday");
    expect(t.day(now - 48 * 3_600_000, now)).toBe("Saturday, November 21");
    expect(new Translator("ko").day(now, now)).toBe("오늘");
  });
});
