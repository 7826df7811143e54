/** A piece of what someone wrote: words, or a link with a safe address. */
export type Piece = { readonly text: string; readonly href?: string };

// Web addresses only: no javascript:, no data:. Ends before the punctuation that belongs to the sentence, and before
// the signs that make it bold or italic.
const address = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const sentenceEnd = /[.,;:!?…*_~]+$/u;

/** Splits text into words and links. Joining the pieces' texts gives the text back. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const link = trimmed(match[0]);
    const href = safe(link);
    if (!href) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: link, href });
    end = match.index + link.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

function trimmed(link: string): string {
  let rest = link.replace(sentenceEnd, "");
  // A bracket that was opened before the link closes after it.
  while (rest.endsWith(")") && count(rest, ")") > count(rest, "(")) rest = rest.slice(0, -1).replace(sentenceEnd, "");
  return rest;
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** The address as the browser will open it, or null. One with a user in it (https://bank.example@evil) is no link. */
function safe(link: string): string | null {
  if (!URL.canParse(link)) return null;
  const url = new URL(link);
  return url.username || url.password ? null : url.href;
}
