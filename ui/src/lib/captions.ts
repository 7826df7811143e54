/** What is said, in writing: which lines stand on the stage. */

/** What a participant said. Until it is final its words may still change. */
export interface Caption {
  /** The participant's id. */
  readonly speaker: string;
  readonly text: string;
  readonly final: boolean;
}

export interface Line extends Caption {
  /** When its words last changed, in ms since 1970. */
  readonly at: number;
}

/** A speaker's last lines, the older first. */
export interface Turn {
  readonly speaker: string;
  readonly lines: readonly Line[];
}

/** Time to read two lines once they are said, in ms. */
export const lasting = 8000;
const mostLines = 32;
const mostEach = 2;
/** More speakers than this at once nobody can read, and they would hide the stage. */
const mostTurns = 3;
/** Characters of a line; of a longer one the end is what is being said. */
const longest = 200;

/** The lines after somebody said this: it goes on with the speaker's unfinished line, or is a new one. */
export function heard(lines: readonly Line[], { speaker, text, final }: Caption, at: number): readonly Line[] {
  const unfinished = lines.findLastIndex((line) => line.speaker === speaker && !line.final);
  const words = [...text.trim()].slice(-longest).join("");
  if (words === "") return unfinished < 0 ? lines : lines.toSpliced(unfinished, 1);
  const line = { speaker, text: words, final, at };
  return unfinished < 0 ? [...lines, line].slice(-mostLines) : lines.with(unfinished, line);
}

/** What can still be read at this time. */
export function readable(lines: readonly Line[], now: number): readonly Line[] {
  return lines.filter(({ at }) => now - at < lasting);
}

/** Who speaks, each with their last lines; who spoke last stands last. */
export function turns(lines: readonly Line[]): readonly Turn[] {
  const bySpeaker = new Map<string, Line[]>();
  for (const line of lines) {
    const said = bySpeaker.get(line.speaker) ?? [];
    bySpeaker.delete(line.speaker);
    bySpeaker.set(line.speaker, [...said, line].slice(-mostEach));
  }
  return [...bySpeaker].slice(-mostTurns).map(([speaker, said]) => ({ speaker, lines: said }));
}
