import { pauseOf, sleep } from "../lib/again";
import type { Result } from "../lib/parse";
import type { Failure, Message } from "../lib/protocol";
import { findMessage, withChanged } from "../lib/thread";

/** Something done to a message that the server has not answered yet. */
export interface Amendment {
  readonly seq: number;
  readonly change: (message: Message) => Message;
  /** What was done before may be done again: the server sees no difference. */
  readonly ask: () => Promise<Result<object>>;
  /** The server would not have it. */
  readonly refused: (failure: Failure) => void;
}

/**
 * Edits, deletions and reactions on their way: shown at once, sent one after the other, again with the connection when
 * the server did not answer, and taken back when it refuses.
 */
export class Amendments {
  list: readonly Amendment[] = $state.raw([]);
  /** They wait for the connection. */
  #held: boolean = $state(false);

  readonly #taken: (seq: number, change: Amendment["change"]) => void;
  #working: Promise<void> | null = null;
  #again = false;

  /** `taken` is told what the server has taken. */
  constructor(taken: (seq: number, change: Amendment["change"]) => void) {
    this.#taken = taken;
  }

  /** Resolves when it is taken or refused, or has to wait. */
  async add(amendment: Amendment): Promise<void> {
    this.list = [...this.list, amendment];
    if (!this.#held) await this.#work();
  }

  /** The server is there again. */
  resend(): void {
    this.#again = true;
    void this.#work();
  }

  /** Whether something done to this message waits for the connection. */
  holds(seq: number): boolean {
    return this.#held && this.list.some((amendment) => amendment.seq === seq);
  }

  /** The messages as they are with everything done. */
  over(thread: readonly Message[]): readonly Message[] {
    return this.list.reduce((now, { seq, change }) => {
      const message = findMessage(now, seq);
      return message ? withChanged(now, change(message)) : now;
    }, thread);
  }

  clear(): void {
    this.list = [];
    this.#held = false;
  }

  #work(): Promise<void> {
    return (this.#working ??= this.#deliver().finally(() => (this.#working = null)));
  }

  async #deliver(): Promise<void> {
    for (let next = this.list[0]; next; next = this.list[0]) {
      this.#again = false;
      const result = await next.ask();
      if (this.list[0] !== next) continue; // I left
      if (result.ok) this.#taken(next.seq, next.change);
      else if (result.failure.code === "unreachable") {
        if (this.#again) continue;
        this.#held = true;
        return; // resend() comes with the connection
      } else if (result.failure.code === "limited") {
        await sleep(pauseOf(result.failure));
        continue;
      }
      this.#held = false;
      this.list = this.list.slice(1);
      if (!result.ok) next.refused(result.failure);
    }
  }
}
