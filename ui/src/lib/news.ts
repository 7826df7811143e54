/** Which messages are news to one who listens to the page. */
interface Said {
  /** null: not stored yet. */
  readonly seq: number | null;
  readonly mine: boolean;
  readonly to?: unknown;
  readonly deleted?: boolean | undefined;
}

/** What others said after the message numbered `last`, as far as one wants to hear it; oldest first. */
export function newcomers<Message extends Said>(
  messages: readonly Message[],
  last: number,
  which: "all" | "private" | "none",
): readonly Message[] {
  const found: Message[] = [];
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at];
    if (!message || (message.seq !== null && message.seq <= last)) break;
    const wanted = which === "all" || (which === "private" && message.to !== undefined);
    if (wanted && message.seq !== null && !message.mine && !message.deleted) found.unshift(message);
  }
  return found;
}

/** Hears of each message once. */
export class Ear {
  #last: number;

  /** What is there already is no news. */
  constructor(messages: readonly Said[]) {
    this.#last = newest(messages);
  }

  fresh<Message extends Said>(messages: readonly Message[], which: "all" | "private" | "none"): readonly Message[] {
    const found = newcomers(messages, this.#last, which);
    this.#last = Math.max(this.#last, newest(messages));
    return found;
  }
}

const newest = (messages: readonly Said[]): number => messages.findLast(({ seq }) => seq !== null)?.seq ?? 0;
