import type { Auth, OpenSignalling, Requests, Signalling, SignalEvent } from "../browser/signalling";
import type { Store } from "../browser/storage";
import type { Answers, RequestName, Result } from "../lib/parse";
import type { Failure, ServerEvent, Session } from "../lib/protocol";

export type Said =
  | { readonly type: "session"; readonly session: Session; readonly first: boolean }
  | { readonly type: "event"; readonly event: Exclude<ServerEvent, { event: "session" }> }
  | { readonly type: "down" }
  | { readonly type: "refused"; readonly failure: Failure };

/** How I introduce myself with a connection. */
export interface Introduction {
  readonly name: string;
  /** This browser's token; null until a server has given it one. */
  readonly browser: string | null;
  /** The key of the link that led here; null for a guest. */
  readonly link: string | null;
}

/**
 * One room's conversation with the server across lost connections: it remembers the resume key, for as long as
 * the tab lives, and the number of the last event, for as long as the page does.
 */
export class Conversation {
  readonly room: string;
  readonly #store: Store;
  readonly #signalling: Signalling;
  readonly #sink: (said: Said) => void;
  readonly #introduce: () => Introduction;
  #last: number | null = null;

  /** `introduce` is asked with every connection. */
  constructor(
    room: string,
    introduce: () => Introduction,
    open: OpenSignalling,
    store: Store,
    sink: (said: Said) => void,
  ) {
    this.room = room;
    this.#introduce = introduce;
    this.#store = store;
    this.#sink = sink;
    this.#signalling = open(
      () => this.#auth(),
      (event) => this.#receive(event),
    );
  }

  request<E extends RequestName>(event: E, data: Requests[E]): Promise<Result<Answers[E]>> {
    return this.#signalling.request(event, data);
  }

  /** What returns to my seat after a lost connection, and lets me at the room's files. */
  get key(): string | null {
    return this.#store.read(this.#storageKey);
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

  #auth(): Auth {
    const { name, browser, link } = this.#introduce();
    const { key } = this;
    return {
      room: this.room,
      name,
      ...(browser !== null && { browser }),
      ...(link !== null && { link }),
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
