import { describe, expect, it } from "vitest";
import { parseInline, type Inline } from "./inline";
import { onlyEmoji, parseMarkdown, plain, type Block } from "./markdown";

/** The tree as text: what stands in something is in its brackets. */
function drawn(inline: Inline): string {
  switch (inline.type) {
    case "text":
      return inline.text;
    case "code":
      return `code(${inline.text})`;
    case "link":
      return `link(${inline.text})`;
    default:
      return `${inline.type}(${inline.inside.map(drawn).join("")})`;
  }
}

function drawnBlock(block: Block): string {
  switch (block.type) {
    case "paragraph":
      return `p(${block.inside.map(drawn).join("")})`;
    case "code":
      return `pre${block.language && `:${block.language}`}(${block.text})`;
    case "quote":
      return `quote(${block.inside.map(drawnBlock).join("")})`;
    case "list": {
      const items = block.items.map(({ number, inside }) => `${number}:${inside.map(drawnBlock).join("")}`);
      return `${block.ordered ? "ol" : "ul"}(${items.join(" ")})`;
    }
  }
}

const line = (text: string) => parseInline(text).map(drawn).join("");
const page = (text: string) => parseMarkdown(text).map(drawnBlock).join(" ");

describe("inside a line", () => {
  it.each([
    ["**bold** and *italic* and ~~gone~~", "strong(bold) and em(italic) and strike(gone)"],
    ["__bold__ and _italic_", "strong(bold) and em(italic)"],
    ["***both***", "strong(em(both))"],
    ["**bold *and italic* here**", "strong(bold em(and italic) here)"],
    ["`a * b * c` and ``one ` tick``", "code(a * b * c) and code(one ` tick)"],
    ["**`code` in bold**", "strong(code(code) in bold)"],
    ["**중요**합니다, **“인용”**입니다", "strong(중요)합니다, strong(“인용”)입니다"],
    ["see **https://example.org/a_b_c**!", "see strong(link(https://example.org/a_b_c))!"],
  ])("%s", (text, tree) => expect(line(text)).toBe(tree));

  it.each([
    "2*3*4 is 24",
    "snake_case_name and 한_글_이름",
    "안녕~ 3~5시에 봐요~",
    "a * b * c",
    "** not bold **",
    "****",
    "*open",
    "`open",
    "~~",
    "\\(^_^)/ >_< (*_*)",
    "<b>bold</b> <img src=x onerror=alert(1)>",
    "![picture](x.png)",
  ])("means nothing else: %s", (text) => expect(line(text)).toBe(text.replace("\\(", "(")));

  it("takes a sign's meaning away with a backslash", () => expect(line("\\*not\\* \\`this\\`")).toBe("*not* `this`"));

  it("spills what was not closed", () => expect(line("**bold *never** closed")).toBe("strong(bold *never) closed"));

  it("knows no links under other words", () => {
    expect(line("[bank](https://evil.example)")).toBe("[bank](link(https://evil.example))");
    expect(line("[x](javascript:alert(1))")).toBe("[x](javascript:alert(1))");
  });

  it("goes only so deep", () => {
    const depth = (tree: readonly Inline[]): number =>
      Math.max(0, ...tree.map((one) => ("inside" in one ? 1 + depth(one.inside) : 0)));
    expect(depth(parseInline("**a _b ".repeat(200) + " c_ d**".repeat(200)))).toBeLessThanOrEqual(6);
  });
});

describe("blocks", () => {
  it("keep the lines of a paragraph, and part paragraphs", () => {
    expect(page("one\ntwo\n\n\nthree")).toBe("p(one\ntwo) p(three)");
  });

  it("of code are as they were written", () => {
    expect(page("see:\n```go\nfunc *main*() {\n\n  `x`\n}\n```\nso")).toBe(
      "p(see:) pre:go(func *main*() {\n\n  `x`\n}) p(so)",
    );
    expect(page("```\nnever closed")).toBe("pre(never closed)");
    expect(page("```all in one line```")).toBe("p(code(all in one line))");
  });

  it("quote what stands behind >", () => {
    expect(page("> one\n> *two*\nthree")).toBe("quote(p(one\nem(two))) p(three)");
    expect(page("> > deep")).toBe("quote(quote(p(deep)))");
    expect(page(">_< ouch")).toBe("p(>_< ouch)");
  });

  it("list", () => {
    expect(page("todo:\n- one\n- two\n  - more\n* three")).toBe(
      "p(todo:) ul(0:p(one) 0:p(two)ul(0:p(more)) 0:p(three))",
    );
    expect(page("3. three\n4) four\nend")).toBe("ol(3:p(three) 4:p(four)) p(end)");
    expect(page("2026. 11. 24. 회의")).toBe("p(2026. 11. 24. 회의)");
    expect(page("-1 degrees\n-- dash")).toBe("p(-1 degrees\n-- dash)");
  });
});

it("plain text has no signs and no lines", () => {
  expect(plain("**Hello** `code`\n\n- one\n- two\n> said\n```\nx = 1\n```")).toBe("Hello code one two said x = 1");
});

it("emoji alone are known", () => {
  for (const text of ["👍", "❤️", "👩‍👩‍👧‍👦", "🇰🇷", "👋🏽 🎉", "😂😂😂"]) expect(onlyEmoji(text), text).toBe(true);
  for (const text of ["1", "#", "", "ok 👍", "😂😂😂😂", "안녕"]) expect(onlyEmoji(text), text).toBe(false);
});

/** Mulberry32: the same seed gives the same texts. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const scraps = [
  ..."*_~`>-\\ \n#[]()<>&\"'1.",
  ...["**", "__", "~~", "***", "```", "\n```\n", "\n> ", "\n- ", "\n1. ", "  ", "word", "한글", "👍", "a1"],
  ...["https://a.example/x_y*z", "javascript:alert(1)", "http://u@evil", "data:text/html,x", "<script>", "<img onerror=", "\u202e"],
];

/** What a busy machine may take for thousands of texts, in ms: alone it is half a second. */
const patience = 60_000;

describe("whatever somebody writes", () => {
  const texts = Array.from({ length: 3000 }, (_, seed) => {
    const random = chance(seed);
    const length = Math.floor(random() * 60);
    return Array.from({ length }, () => scraps[Math.floor(random() * scraps.length)]).join("");
  });

  it("gives a tree of known kinds, whose addresses are of the web, and invents no letter", { timeout: patience }, () => {
    for (const text of texts) {
      const tree = parseMarkdown(text);
      checkBlocks(tree, 0, text);
      expect(isWithin(words(tree), text), text).toBe(true);
    }
  });

  it("loses no word of it", () => {
    // Signs, and the numbers and languages that blocks begin with, are form; all else is there.
    const letters = (text: string) => [...text.matchAll(/한글|word|👍|javascript|script|onerror|evil/g)].length;
    for (const text of texts.filter((one) => !one.includes("```"))) expect(letters(words(parseMarkdown(text))), text).toBe(letters(text));
  });

  // What grows with more than a power of the length never ends: the runner's patience is the bar.
  it("comes to an end", { timeout: patience }, () => {
    const longest = 4000;
    for (const scrap of [...scraps, "*_", "**a ", " *a* ", "`a``b```c", "> ", "- x\n  ", "_a*b_", "https://x/(".repeat(2)]) {
      parseMarkdown(scrap.repeat(longest).slice(0, longest));
      parseMarkdown(`${scrap}a`.repeat(longest).slice(0, longest));
    }
    expect.assertions(0);
  });
});

/** Throws at anything that components would not know how to draw. */
function checkBlocks(tree: readonly Block[], depth: number, text: string): void {
  expect(depth, text).toBeLessThanOrEqual(5);
  for (const block of tree) {
    if (block.type === "code") expect(Object.keys(block).sort()).toEqual(["language", "text", "type"]);
    else if (block.type === "paragraph") checkInlines(block.inside, 0, text);
    else if (block.type === "quote") checkBlocks(block.inside, depth + 1, text);
    else for (const item of block.items) checkBlocks(item.inside, depth + 1, text);
  }
}

function checkInlines(inside: readonly Inline[], depth: number, text: string): void {
  expect(depth, text).toBeLessThanOrEqual(6);
  for (const inline of inside) {
    expect(["text", "code", "link", "strong", "em", "strike"]).toContain(inline.type);
    if (inline.type === "link") {
      const { protocol, username } = new URL(inline.href);
      expect([protocol, username], text).toEqual([expect.stringMatching(/^https?:$/), ""]);
    }
    if ("inside" in inline) checkInlines(inline.inside, depth + 1, text);
  }
}

function words(tree: readonly Block[]): string {
  const ofInline = (inline: Inline): string => ("text" in inline ? inline.text : inline.inside.map(ofInline).join(""));
  const ofBlock = (block: Block): string => {
    if (block.type === "code") return block.text;
    if (block.type === "paragraph") return block.inside.map(ofInline).join("");
    if (block.type === "quote") return block.inside.map(ofBlock).join("");
    return block.items.map((item) => item.inside.map(ofBlock).join("")).join("");
  };
  return tree.map(ofBlock).join("");
}

/** Whether all of `part` stands in `whole`, in this order. */
function isWithin(part: string, whole: string): boolean {
  let at = -1;
  for (const letter of part) {
    at = whole.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}
