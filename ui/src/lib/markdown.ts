/**
 * The small Markdown of the chat: paragraphs, lists, quotes and blocks of code, with what `inline.ts` knows inside them.
 * It makes a tree and no HTML. There are no pictures, headings, tables or links under other words.
 */
import { parseInline, type Inline } from "./inline";

export type Block =
  | { readonly type: "paragraph"; readonly inside: readonly Inline[] }
  | { readonly type: "code"; readonly text: string; readonly language: string }
  | { readonly type: "quote"; readonly inside: readonly Block[] }
  | { readonly type: "list"; readonly ordered: boolean; readonly items: readonly Item[] };

export interface Item {
  /** As it was written, of an ordered list. */
  readonly number: number;
  readonly inside: readonly Block[];
}

/** Quotes in quotes and lists in lists; deeper ones are text. */
const deepest = 4;

const fence = /^ {0,3}```(?<language>[^`]*)$/;
const fenceEnd = /^ {0,3}```\s*$/;
const quoted = /^ {0,3}>(?:\s(?<rest>.*))?$/; // a face like >_< is no quote
// Three digits at most: a year that begins a date is no item of a list.
const bullet = /^(?<indent> {0,3})(?:[-*]|(?<number>\d{1,3})[.)])(?<gap> +)(?<rest>\S.*)$/;

export function parseMarkdown(text: string): readonly Block[] {
  return blocks(text.split("\n"), 0);
}

function blocks(lines: readonly string[], depth: number): Block[] {
  const found: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.length > 0) found.push({ type: "paragraph", inside: parseInline(paragraph.join("\n")) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    const [block, length] = special(lines, at, depth);
    if (block || line.trim() === "") endParagraph();
    else paragraph.push(line);
    if (block) found.push(block);
    at += block ? length : 1;
  }
  endParagraph();
  return found;
}

/** The block that is no paragraph and begins at this line, and how many lines it has. */
function special(lines: readonly string[], at: number, depth: number): readonly [Block | null, number] {
  const line = lines[at] ?? "";
  const opening = fence.exec(line);
  if (opening) return code(lines, at, opening.groups?.["language"] ?? "");
  if (depth >= deepest) return [null, 0];
  if (quoted.test(line)) return quote(lines, at, depth);
  if (bullet.test(line)) return list(lines, at, depth);
  return [null, 0];
}

/** Code that nobody closed goes to the end. */
function code(lines: readonly string[], at: number, language: string): readonly [Block, number] {
  const close = lines.findIndex((line, index) => index > at && fenceEnd.test(line));
  const end = close < 0 ? lines.length : close;
  const text = lines.slice(at + 1, end).join("\n");
  return [{ type: "code", text, language: language.trim() }, end + 1 - at];
}

function quote(lines: readonly string[], at: number, depth: number): readonly [Block, number] {
  const inside: string[] = [];
  for (let line = lines[at]; line !== undefined && quoted.test(line); line = lines[at + inside.length]) {
    inside.push(quoted.exec(line)?.groups?.["rest"] ?? "");
  }
  return [{ type: "quote", inside: blocks(inside, depth + 1) }, inside.length];
}

function list(lines: readonly string[], at: number, depth: number): readonly [Block, number] {
  const ordered = bullet.exec(lines[at] ?? "")?.groups?.["number"] !== undefined;
  const items: Item[] = [];
  let next = at;
  for (;;) {
    const match = bullet.exec(lines[next] ?? "");
    const { number, indent = "", gap = "", rest = "" } = match?.groups ?? {};
    if (!match || (number !== undefined) !== ordered) break;
    // What is indented below an item belongs to it.
    const below: string[] = [];
    for (next++; /^ {2,}\S/.test(lines[next] ?? ""); next++) below.push(lines[next] ?? "");
    const room = Math.min(indent.length + gap.length + (number?.length ?? 0) + 1, ...below.map(indentation));
    const first: Block = { type: "paragraph", inside: parseInline(rest) };
    const more = blocks(
      below.map((line) => line.slice(room)),
      depth + 1,
    );
    items.push({ number: Number(number ?? 0), inside: [first, ...more] });
  }
  return [{ type: "list", ordered, items }, next - at];
}

const indentation = (line: string): number => line.length - line.trimStart().length;

/** What is read out and shown where there is no room for form: the words alone, in one line. */
export function plain(text: string): string {
  return parseMarkdown(text).map(blockWords).join(" ").replace(/\s+/g, " ").trim();
}

function blockWords(block: Block): string {
  switch (block.type) {
    case "paragraph":
      return block.inside.map(inlineWords).join("");
    case "code":
      return block.text;
    case "quote":
      return block.inside.map(blockWords).join(" ");
    case "list":
      return block.items.flatMap((item) => item.inside.map(blockWords)).join(" ");
  }
}

function inlineWords(inline: Inline): string {
  return "text" in inline ? inline.text : inline.inside.map(inlineWords).join("");
}

/** One to three emoji and nothing else: they are shown large. */
export function onlyEmoji(text: string): boolean {
  return text.length <= 40 && emoji.test(text); // a family of four in three skin colours has 25
}

const emoji =
  /^(?:(?:\p{RI}\p{RI}|\p{Emoji_Presentation}|\p{Emoji}\uFE0F)(?:\p{EMod}|\uFE0F|\u200D\p{Emoji})*\s*){1,3}$/u;
