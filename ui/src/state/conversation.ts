import type { Auth, OpenSignalling, Requests, Signalling, SignalEvent } from "../browser/signalling";
import type { Answers, RequestName, Result } from "../lib/parse";
import type { Failure, ServerEvent, Session } from "../lib/protocol";
import type { Seats } from "./seats";

export type Said =
  | { readonly type: "session"; readonly session: Session; readonly first: boolean }
  | { readonly type: "event"; readonly event: Exclude<ServerEvent, { event: "session" }> }
  | { readonly type: "down" }
  | { readonly type: "refused"; readonly failure: Failure };

/**
 * The server wants a name with the connection. Nobody sees this one: my own comes with `join`, where I can mend what the
 * server does not take.
 */
const unnamed = "Guest";

/** How I introduce myself with a connection. */
export interface Introduction {
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
  readonly #seats: Seats;
  readonly #signalling: Signalling;
  readonly #sink: (said: Said) => void;
  readonly #introduce: () => Introduction;
  #last: number | null = null;
  #id = "";

  /** `introduce` is asked with every connection. */
  constructor(
    room: string,
    introduce: () => Introduction,
    open: OpenSignalling,
    seats: Seats,
    sink: (said: Said) => void,
  ) {
    this.room = room;
    this.#introduce = introduce;
    this.#seats = seats;
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
    return this.#seats.keyOf(this.room);
  }

  hurry(): void {
    this.#signalling.hurry();
  }

  /** I am about to sit down: other tabs may know. */
  sit(): void {
    this.#seats.sit(this.room, this.#id);
  }

  /** The seat is given up: coming back takes a new one. */
  forgetSeat(): void {
    this.#seats.forget(this.room);
  }

  close(): void {
    this.#signalling.close();
  }

  #auth(): Auth {
    const { browser, link } = this.#introduce();
    const { key } = this;
    return {
      room: this.room,
      name: unnamed,
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
      this.#id = event.data.id;
      this.#seats.keep(this.room, event.data.key);
      return this.#sink({ type: "session", session: event.data, first });
    }
    if (this.#last !== null && number <= this.#last) return; // told before the connection was lost
    this.#last = number;
    this.#sink({ type: "event", event });
  }
}
