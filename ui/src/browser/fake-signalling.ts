/** A server for tests: it answers as told and says what it is told to say. */
import type { Answers, RequestName, Result } from "../lib/parse";
import { openDoor, type Participant, type ServerEvent, type Session } from "../lib/protocol";
import type { Auth, OpenSignalling, Requests, SignalEvent, Signalling } from "./signalling";

type Answer = (data: never) => Result<object> | Promise<Result<object>>;

export class FakeServer {
  /** Every request, in order. */
  readonly requests: { readonly event: RequestName; readonly data: object }[] = [];
  /** What each connection carried. */
  readonly auths: Auth[] = [];
  readonly answers: Partial<Record<RequestName, Answer>> = {};
  connected = false;
  open = 0;
  hurried = 0;
  #number = 0;
  #auth: (() => Auth) | null = null;
  #sink: ((event: SignalEvent) => void) | null = null;

  readonly openSignalling: OpenSignalling = (auth, sink) => {
    this.#auth = auth;
    this.#sink = sink;
    this.open++;
    const signalling: Signalling = {
      request: (event, data) => this.#request(event, data),
      hurry: () => this.hurried++,
      close: () => {
        this.connected = false;
        this.open--;
        this.#sink = null;
      },
    };
    return signalling;
  };

  /** A connection comes about; the server's first event follows. */
  connect(session: Partial<Session> = {}, number = this.#number): void {
    if (this.#auth) this.auths.push(this.#auth());
    this.connected = true;
    const greeting: Session = {
      ...{ id: "me", key: "key1", resumed: false, joined: false, room: "team", inside: [], server: { version: "test" } },
      now: Date.now(),
      ...{ who: "w_me", role: "speaker" as const, door: openDoor },
      ...session,
    };
    this.#number = number;
    this.#sink?.({ type: "server", event: { event: "session", data: greeting }, number });
  }

  say(event: ServerEvent, number = ++this.#number): void {
    this.#sink?.({ type: "server", event, number });
  }

  cut(): void {
    this.connected = false;
    this.#sink?.({ type: "down" });
  }

  refuse(): void {
    this.#sink?.({ type: "refused", failure: { code: "full", text: "Full." } });
  }

  asked<E extends RequestName>(event: E): Requests[E][] {
    return this.requests.filter((request) => request.event === event).map((request) => request.data as Requests[E]);
  }

  async #request<E extends RequestName>(event: E, data: Requests[E]): Promise<Result<Answers[E]>> {
    if (!this.connected) return { ok: false, failure: { code: "unreachable", text: "cut" } };
    this.requests.push({ event, data });
    const answer = this.answers[event];
    return (answer ? await answer(data as never) : { ok: true, value: {} }) as Result<Answers[E]>;
  }
}

/** The answer of a server that has stopped, or of a network that is gone without a word. */
export const never = (): Promise<never> => new Promise(() => undefined);

/** A participant with everything off but what is said. */
export function person(seat: number, over: Partial<Participant> = {}): Participant {
  return {
    id: `p${seat}`,
    seat,
    name: `Person ${seat}`,
    role: "speaker",
    who: `w${seat}`,
    hand: 0,
    tracks: { microphone: "off", camera: "off", screen: "off", "screen-audio": "off" },
    away: false,
    joinedAt: 0,
    ...over,
  };
}
