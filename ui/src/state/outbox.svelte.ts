import type { Author, Failure, Message } from "../lib/protocol";
import type { Ask } from "./meeting.svelte";
import type { Upload } from "./upload.svelte";
import { Uploads } from "./uploads";

/** A message of mine that the server has not stored yet. */
export interface Outgoing {
  readonly id: string;
  readonly from: Author;
  readonly to?: Author | undefined;
  readonly text: string;
  readonly at: number;
  readonly reply?: number | undefined;
  readonly upload?: Upload | undefined;
  readonly state: "pending" | "failed";
  /** Why it failed. */
  readonly failure?: Failure | undefined;
}

/** What Outbox needs of the chat. */
export interface OutboxParts {
  /** Who reads it may have come back under another id. */
  readonly idOf: (person: Author) => string;
  /** The server has taken this. */
  readonly stored: (message: Message) => void;
  /** The server has refused a message, or its file. */
  readonly refused: () => void;
}

/** What I am still sending. A message goes out under one id however often it is sent, and is stored once. */
export class Outbox {
  list: readonly Outgoing[] = $state.raw([]);

  readonly #ask: Ask;
  readonly #parts: OutboxParts;
  readonly #uploads: Uploads;
  readonly #underWay = new Set<string>();

  constructor(ask: Ask, parts: OutboxParts) {
    this.#ask = ask;
    this.#parts = parts;
    this.#uploads = new Uploads(parts.refused);
  }

  /** A message or a file is on its way. */
  get sending(): boolean {
    return this.list.some(({ state, upload }) => state === "pending" && upload?.state !== "failed");
  }

  send(message: Outgoing): void {
    this.list = [...this.list, message];
    if (message.upload) this.#uploads.add(message.upload);
    void this.#deliver(message);
  }

  /** Sends a failed message again. */
  retry(id: string): void {
    const message = this.list.find((own) => own.id === id);
    if (!message) return;
    if (message.upload) this.#uploads.retry(message.upload);
    this.#amend(id, { state: "pending", failure: undefined });
    void this.#deliver(message);
  }

  /** Drops a message, and its file. */
  discard(id: string): void {
    this.list.find((own) => own.id === id)?.upload?.cancel();
    this.drop(id);
  }

  /** It is there. */
  drop(id: string): void {
    this.list = this.list.filter((message) => message.id !== id);
  }

  /** The server is there again: what is pending goes out once more, in order. */
  resend(): void {
    this.#uploads.resume();
    for (const message of this.list) if (message.state === "pending") void this.#deliver(message);
  }

  clear(): void {
    this.#uploads.clear();
    this.list = [];
  }

  async #deliver(message: Outgoing): Promise<void> {
    const { id, from, to, text, reply, upload } = message;
    if (this.#underWay.has(id)) return;
    this.#underWay.add(id);
    const file = upload ? await upload.finished : undefined;
    if (file === null) return; // cancelled
    const result = await this.#ask("chat", {
      ...{ id, text },
      ...(to && { to: this.#parts.idOf(to) }),
      ...(reply !== undefined && { reply }),
      ...(file !== undefined && { file }),
    });
    this.#underWay.delete(id);
    if (!this.list.some((own) => own.id === id)) return; // the event was faster, or I left
    if (result.ok) {
      // What the server has verified of a file comes with the event.
      if (!upload) this.#parts.stored({ id, from, text, to, reply, seq: result.value.seq, at: result.value.at });
    } else if (result.failure.code !== "unreachable") {
      this.#amend(id, { state: "failed", failure: result.failure });
      if (result.failure.code === "not_found") upload?.restart(); // nobody claimed it for too long
      this.#parts.refused();
    }
    // Unreachable: it stays pending, and resend() comes with the connection.
  }

  #amend(id: string, change: Pick<Outgoing, "state" | "failure">): void {
    this.list = this.list.map((message) => (message.id === id ? { ...message, ...change } : message));
  }
}
