import type { Answers, Result } from "../lib/parse";
import type { Author, Message } from "../lib/protocol";

export interface ChatMessage {
  readonly id: string;
  readonly from: Author;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly mine: boolean;
  /** `pending` until the server has stored it; `failed`: it was refused, see retry(). */
  readonly state: "sent" | "pending" | "failed";
}

/** Carries a message to the server, which stores it once however often it is sent. */
export type Carry = (message: { id: string; text: string }) => Promise<Result<Answers["chat"]>>;

/** The server's limit, in characters. */
export const longestMessage = 4000;
/** A page that stays open for days keeps this many messages. */
const kept = 2000;

/** The room's chat: what everybody wrote, oldest first, and what I am still sending. */
export class Chat {
  #stored: readonly Message[] = $state.raw([]);
  #mine: readonly ChatMessage[] = $state.raw([]);
  #me: Author = $state.raw({ id: "", name: "", who: "" });
  /** Messages of others since the last markRead(). */
  unread: number = $state(0);
  /** The first unread message's id, for the unread line; stays until the next markRead(). */
  firstUnread: string | null = $state(null);

  /** What is stored, in the server's order, and then what is on its way. */
  messages: readonly ChatMessage[] = $derived([
    ...this.#stored.map((message): ChatMessage => ({
      id: message.id,
      from: message.from,
      text: message.text,
      at: message.at,
      mine: message.from.id === this.#me.id || this.#sentIds.has(message.id),
      state: "sent",
    })),
    ...this.#mine,
  ]);

  readonly #carry: Carry;
  readonly #now: () => number;
  /** My own ids, so that my messages stay mine when I come back under another seat. */
  readonly #sentIds = new Set<string>();
  readonly #underWay = new Set<string>();

  constructor(carry: Carry, now: () => number = Date.now) {
    this.#carry = carry;
    this.#now = now;
  }

  /** Sends text, 1–4 000 characters after trimming; longer or empty text is refused with false. */
  send(text: string): boolean {
    const trimmed = text.trim();
    if (trimmed === "" || [...trimmed].length > longestMessage) return false;
    const id = crypto.randomUUID();
    this.#sentIds.add(id);
    const message: ChatMessage = { id, from: this.#me, text: trimmed, at: this.#now(), mine: true, state: "pending" };
    this.#mine = [...this.#mine, message];
    void this.#deliver(message);
    return true;
  }

  /** Sends a failed message again. */
  retry(id: string): void {
    const message = this.#mine.find((own) => own.id === id);
    if (!message) return;
    this.#setState(id, "pending");
    void this.#deliver(message);
  }

  /** Drops a failed message. */
  discard(id: string): void {
    this.#mine = this.#mine.filter((message) => message.id !== id);
  }

  /** All is read: call when the panel is open and visible. */
  markRead(): void {
    this.unread = 0;
    this.firstUnread = null;
  }

  /** I am in the meeting, as `me`: this is the room's history, and what I could not send goes out again. */
  enter(me: Author, history: readonly Message[]): void {
    this.#me = me;
    const known = new Set(this.#stored.map((message) => message.seq));
    const first = this.#stored.length === 0;
    for (const message of history) if (!known.has(message.seq)) this.#store(message, !first);
    this.resend();
  }

  /** The server sent a message: somebody's, or my own now that it is stored. */
  receive(message: Message): void {
    this.#store(message, true);
  }

  /** A message was edited, deleted or reacted to. */
  change(message: Message): void {
    this.#stored = this.#stored.map((stored) => (stored.seq === message.seq ? message : stored));
  }

  /** The server is there again: what is pending goes out once more, in order. */
  resend(): void {
    for (const message of this.#mine) if (message.state === "pending") void this.#deliver(message);
  }

  /** I left the room: the next one's chat is another. */
  clear(): void {
    this.#stored = [];
    this.#mine = [];
    this.#sentIds.clear();
    this.markRead();
  }

  close(): void {
    this.clear();
  }

  async #deliver(message: ChatMessage): Promise<void> {
    if (this.#underWay.has(message.id)) return;
    this.#underWay.add(message.id);
    const result = await this.#carry({ id: message.id, text: message.text });
    this.#underWay.delete(message.id);
    if (!this.#mine.some((own) => own.id === message.id)) return; // the event was faster, or I left
    const { id, from, text } = message;
    if (result.ok) this.#store({ id, from, text, seq: result.value.seq, at: result.value.at }, false);
    else if (result.failure.code !== "unreachable") this.#setState(message.id, "failed");
    // Unreachable: it stays pending, and resend() comes with the connection.
  }

  #store(message: Message, fresh: boolean): void {
    this.#mine = this.#mine.filter((own) => own.id !== message.id);
    if (this.#stored.some((other) => other.seq === message.seq)) return;
    const { id, from } = message;
    this.#stored = [...this.#stored, message].sort((a, b) => a.seq - b.seq).slice(-kept);
    if (!fresh || from.id === this.#me.id || this.#sentIds.has(id)) return;
    this.unread++;
    this.firstUnread ??= id;
  }

  #setState(id: string, state: ChatMessage["state"]): void {
    this.#mine = this.#mine.map((message) => (message.id === id ? { ...message, state } : message));
  }
}
