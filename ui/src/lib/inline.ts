/**
 * What stands inside a line of the chat: bold, italic, struck, code and addresses. A tree, never markup: components
 * render it, so whatever somebody writes stays text.
 */
import { pieces } from "./links";

export type Inline =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "code"; readonly text: string }
  /** An address shows where it leads: there are no links under other words. */
  | { readonly type: "link"; readonly text: string; readonly href: string }
  | { readonly type: "strong" | "em" | "strike"; readonly inside: readonly Inline[] };

/** `**` and `__` are bold, `*` and `_` italic, `~~` is struck. A single `~` is what people end a friendly word with. */
const meanings: Readonly<Record<string, "strong" | "em" | "strike">> = {
  ...{ "**": "strong", __: "strong", "*": "em", _: "em", "~~": "strike" },
};
/** Nobody means more than this inside one another; a page that drew a thousand levels would hang. */
const deepest = 6;

/** A piece of the line: something whole, or a run of signs that may open or close something. */
type Token =
  | { readonly whole: Inline }
  | { readonly sign: string; readonly count: number; readonly opens: boolean; readonly closes: boolean };

export function parseInline(text: string): readonly Inline[] {
  return tree(tokens(text));
}

// Code first, then addresses: signs inside either mean nothing. A backslash takes a sign's meaning away.
const special = /\\(?<escaped>[\\`*_~>[\]()#+\-.!])|(?<sign>\*+|_+|~+)/gu;

function tokens(text: string): Token[] {
  const parts = codeSpans(text).flatMap(({ code, text: part }): (Inline | string)[] =>
    code
      ? [{ type: "code", text: part }]
      : pieces(part).map((piece) => (piece.href ? { type: "link", text: piece.text, href: piece.href } : piece.text)),
  );
  return parts.flatMap((part, at) =>
    typeof part === "string"
      ? signs(part, at === 0 ? " " : edge, at === parts.length - 1 ? " " : edge)
      : [{ whole: part }],
  );
}

/** What stands for the code or the address beside a text: no space and no letter. */
const edge = ".";

/** Splits at pairs of backtick runs of the same length. */
function codeSpans(text: string): { readonly code: boolean; readonly text: string }[] {
  const runs = [...text.matchAll(/(?<!\\)`+/g)];
  const found: { code: boolean; text: string }[] = [];
  // The next run of each length, seen from the end: no run is looked for twice.
  const nextOf = new Map<number, number>();
  const closing = runs.map(() => -1);
  for (let at = runs.length - 1; at >= 0; at--) {
    const length = runs[at]?.[0].length ?? 0;
    closing[at] = nextOf.get(length) ?? -1;
    nextOf.set(length, at);
  }
  let end = 0;
  for (let at = 0; at < runs.length; at++) {
    const [open, close] = [runs[at], runs[closing[at] ?? -1]];
    if (!open || !close) continue;
    const inside = text.slice(open.index + open[0].length, close.index);
    if (inside.trim() === "") continue;
    if (open.index > end) found.push({ code: false, text: text.slice(end, open.index) });
    found.push({ code: true, text: /^ .*[^ ].* $/su.test(inside) ? inside.slice(1, -1) : inside });
    end = close.index + close[0].length;
    at = closing[at] ?? at;
  }
  if (end < text.length) found.push({ code: false, text: text.slice(end) });
  return found;
}

function signs(text: string, before: string, after: string): Token[] {
  const found: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(special)) {
    const { escaped, sign } = match.groups ?? {};
    if (match.index > end) found.push(words(text.slice(end, match.index)));
    end = match.index + match[0].length;
    if (escaped !== undefined) found.push(words(escaped));
    else if (sign !== undefined) found.push(run(sign, text[match.index - 1] ?? before, text[end] ?? after));
  }
  if (end < text.length) found.push(words(text.slice(end)));
  return found;
}

const words = (text: string): Token => ({ whole: { type: "text", text } });

/** What a run of signs may do follows from its neighbours: `2*3*4` and `snake_case` mean what they say. */
function run(sign: string, previous: string, next: string): Token {
  const inWord = /[a-z0-9]/i.test(previous) && /[a-z0-9]/i.test(next);
  const mark = sign.charAt(0);
  const known = sign.length <= 3 && (mark !== "~" || sign.length === 2) && !inWord;
  return {
    sign: mark,
    count: sign.length,
    opens: known && /\S/.test(next) && !(mark === "_" && /[\p{L}\p{N}]/u.test(previous)),
    closes: known && /\S/.test(previous),
  };
}

/** A level that is open: what opened it, and what stands in it so far. */
interface Level {
  readonly mark: string;
  readonly inside: Inline[];
}

function tree(all: readonly Token[]): readonly Inline[] {
  const bottom: Level = { mark: "", inside: [] };
  const open: Level[] = [bottom];
  const top = () => open.at(-1) ?? bottom;
  for (const token of all) {
    if ("whole" in token) {
      add(top().inside, token.whole);
      continue;
    }
    let rest = token.count;
    while (token.closes && rest > 0) {
      const fits = ({ mark }: Level) => mark.startsWith(token.sign) && (mark.length === rest || rest === 3);
      const at = open.findLastIndex(fits);
      const level = open[at];
      if (at < 1 || !level) break;
      if (open.slice(at).every(bare)) break;
      while (open.length - 1 > at) spill(open);
      open.pop();
      add(top().inside, { type: meanings[level.mark] ?? "em", inside: level.inside });
      rest -= level.mark.length;
    }
    for (; token.opens && rest > 0 && open.length <= deepest; rest -= rest >= 2 ? 2 : 1) {
      open.push({ mark: token.sign.repeat(rest >= 2 ? 2 : 1), inside: [] });
    }
    if (rest > 0) add(top().inside, { type: "text", text: token.sign.repeat(rest) });
  }
  while (open.length > 1) spill(open);
  return bottom.inside;
}

/** Nothing to emphasise: a face like (*_*). */
function bare({ inside }: Level): boolean {
  return inside.every((inline) => inline.type === "text" && !/[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(inline.text));
}

/** What was opened and never closed is what it looks like. */
function spill(open: Level[]): void {
  const level = open.pop();
  const below = open.at(-1);
  if (!level || !below) return;
  add(below.inside, { type: "text", text: level.mark });
  for (const inline of level.inside) add(below.inside, inline);
}

function add(to: Inline[], inline: Inline): void {
  const last = to.at(-1);
  if (inline.type !== "text" || last?.type !== "text") to.push(inline);
  else to[to.length - 1] = { type: "text", text: last.text + inline.text };
}
