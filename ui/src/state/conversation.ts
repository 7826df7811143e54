import type { Auth, OpenSignalling, Requests, Signalling, SignalEvent } from "../browser/signalling";
import type { Store } from "../browser/storage";
import type { Answers, RequestName, Result } from "../lib/parse";
import type { Failure, ServerEvent, Session } from "../lib/protocol";

export type Said =
  | { readonly type: "session"; readonly session: Session; readonly first: boolean }
  | { readonly type: "event"; readonly event: Exclude<ServerEvent, { event: "session" }> }
  | { readonly type: "down" }
  | { readonly type: "refused"; readonly failure: Failure };

/**
 * One room's conversation with the server across lost connections: it remembers the resume key, for as long as
 * the tab lives, and the number of the last event, for as long as the page does.
 */
export class Conversation {
  readonly room: string;
  readonly #store: Store;
  readonly #signalling: Signalling;
  readonly #sink: (said: Said) => void;
  #last: number | null = null;

  /** `name` is asked for with every connection. */
  constructor(room: string, name: () => string, open: OpenSignalling, store: Store, sink: (said: Said) => void) {
    this.room = room;
    this.#store = store;
    this.#sink = sink;
    this.#signalling = open(
      () => this.#auth(name()),
      (event) => this.#receive(event),
    );
  }

  request<E extends RequestName>(event: E, data: Requests[E]): Promise<Result<Answers[E]>> {
    return this.#signalling.request(event, data);
  }

  hurry(): void {
    this.#signalling.hurry();
  }

  /** The seat is given up: coming back takes a new one. */
  forgetSeat(): void {
    this.#store.remove(this.#storageKey);
  }

  close(): void {
    this.#signalling.close();
  }

  get #storageKey(): string {
    return `noom.key.${this.room}`;
  }

  #auth(name: string): Auth {
    const key = this.#store.read(this.#storageKey);
    return {
      room: this.room,
      name,
      ...(key !== null && { key, ...(this.#last !== null && { last: this.#last }) }),
    };
  }

  #receive(said: SignalEvent): void {
    if (said.type !== "server") return this.#sink(said);
    const { event, number } = said;
    if (event.event === "session") {
      const first = this.#last === null;
      this.#last = number; // the number that counting goes on from
      this.#store.write(this.#storageKey, event.data.key);
      return this.#sink({ type: "session", session: event.data, first });
    }
    if (this.#last !== null && number <= this.#last) return; // told before the connection was lost
    this.#last = number;
    this.#sink({ type: "event", event });
  }
}
