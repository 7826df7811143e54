/**
 * The conversation with the server: Socket.IO on /meet, checked and typed. It reconnects by itself; what to
 * say again after that is its owner's business.
 */
import { io, type Socket } from "socket.io-client";
import { askAgain } from "../lib/again";
import {
  Malformed,
  parseAnswer,
  parseBatch,
  parseEventNumber,
  parseRefusal,
  parseServerEvent,
  type Answers,
  type RequestName,
  type Result,
} from "../lib/parse";
import type { Emoji, Failure, Kind, Role, ServerEvent, Settings, TrackState, Wish } from "../lib/protocol";
import { Turns } from "./turns";

/** What the CONNECT packet carries. */
export interface Auth {
  readonly room: string;
  readonly name: string;
  readonly key?: string;
  /** The number of the last event received. */
  readonly last?: number;
  /** The token that this browser was once given. */
  readonly browser?: string;
  /** The key of the link that led here. */
  readonly link?: string;
}

export interface Requests {
  readonly offer: { readonly sdp: string };
  readonly join: { readonly name?: string; readonly passcode?: string };
  readonly view: { readonly tracks: readonly Wish[] };
  readonly network: object;
  readonly publish: { readonly track: Kind; readonly state: TrackState };
  readonly chat: {
    readonly id: string;
    readonly text: string;
    /** A participant's id: for nobody else. */
    readonly to?: string | undefined;
    readonly reply?: number | undefined;
    /** The id of an uploaded file. */
    readonly file?: string | undefined;
  };
  readonly chat_edit: { readonly seq: number; readonly text: string };
  readonly chat_delete: { readonly seq: number };
  readonly chat_react: { readonly seq: number; readonly emoji: Emoji; readonly on: boolean };
  readonly history: { readonly before: number; readonly limit?: number };
  readonly rename: { readonly name: string; readonly id?: string };
  readonly leave: object;
  readonly closing: object;
  readonly hand: { readonly up: boolean; readonly id?: string };
  readonly react: { readonly emoji: Emoji };
  readonly mute: { readonly id: string; readonly track: Kind };
  readonly mute_all: object;
  readonly ask: { readonly id: string; readonly track: Kind };
  readonly role: { readonly id: string; readonly role: Role };
  readonly remove: { readonly id: string; readonly ban?: boolean };
  readonly admit: { readonly ids?: readonly string[] };
  readonly refuse: { readonly ids?: readonly string[] };
  readonly lock: { readonly locked: boolean };
  readonly spotlight: { readonly ids: readonly string[] };
  readonly timer: { readonly seconds: number };
  readonly settings: Partial<Settings>;
  readonly link: { readonly role: Role };
  readonly end: object;
}

export type SignalEvent =
  | { readonly type: "server"; readonly event: ServerEvent; readonly number: number }
  /** The connection is gone; another is being tried. */
  | { readonly type: "down" }
  /** The server means its no; nothing more is tried. */
  | { readonly type: "refused"; readonly failure: Failure };

export interface Signalling {
  /** Asks the server. Never rejects: without a connection, or an answer in 10 s, the failure is `unreachable`. */
  request<E extends RequestName>(event: E, data: Requests[E]): Promise<Result<Answers[E]>>;
  /** Tries to connect now instead of after the pause between attempts. */
  hurry(): void;
  close(): void;
}

/** Opens a conversation. `auth` is asked anew for every connection. */
export type OpenSignalling = (auth: () => Auth, sink: (event: SignalEvent) => void) => Signalling;

/** A chat message may wait for a disk; anything longer is a lost connection that nobody has noticed yet. */
const answerTimeout = 10_000;

/** After being sent away without `ended`, in ms: time for the server to get over what troubled it. */
const sentAwayPause = 1000;

/** Attempts to reconnect come 0.3 to 3 s apart: a server that restarts has all of its people back in seconds. */
const reconnection = { reconnectionDelay: 300, reconnectionDelayMax: 3000, randomizationFactor: 0.5 };

export const openSignalling: OpenSignalling = (auth, sink) => {
  const socket = io("/meet", {
    auth: (give) => give({ ...auth() }),
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    forceNew: true,
    ...reconnection,
  });
  const turns = new Turns();
  let closed = false;
  const say = (event: SignalEvent): void => {
    if (!closed) sink(event);
  };
  /** Where socket.io would stay away. */
  let later: ReturnType<typeof setTimeout> | undefined;
  const comeBack = (pause: number): void => {
    clearTimeout(later);
    later = setTimeout(() => socket.connect(), pause);
  };
  socket.onAny((name: string, data: unknown, number: unknown) => {
    turns.take(() => hear(name, data, number, say));
  });
  socket.on("disconnect", (reason) => {
    // Only `ended` means that we are to stay away, and its receiver closes us.
    if (reason === "io server disconnect") comeBack(sentAwayPause);
    turns.take(() => say({ type: "down" }));
  });
  socket.on("connect_error", (error: Error & { data?: unknown }) => {
    // An active socket could not reach the server and tries again; otherwise the server said no.
    const failure = socket.active ? null : parseRefusal(error.data);
    const pause = failure && askAgain(failure, Math.random());
    if (pause !== null) comeBack(pause);
    turns.take(() => say(failure && pause === null ? { type: "refused", failure } : { type: "down" }));
  });
  return {
    request: (event, data) => request(socket, turns, event, data),
    hurry: () => {
      clearTimeout(later);
      if (!socket.connected) socket.disconnect().connect();
    },
    close: () => {
      closed = true;
      clearTimeout(later);
      socket.offAny();
      socket.off();
      socket.disconnect();
      turns.close();
    },
  };
};

function hear(name: string, data: unknown, number: unknown, sink: (event: SignalEvent) => void): void {
  try {
    if (name !== "batch") return receive(name, data, number, sink);
    const events = parseBatch(data);
    const before = parseEventNumber(number) - events.length;
    events.forEach(([bundled, its], index) => receive(bundled, its, before + 1 + index, sink));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    console.warn("A message of the server was skipped:", error.message);
  }
}

function receive(name: string, data: unknown, number: unknown, sink: (event: SignalEvent) => void): void {
  try {
    const event = parseServerEvent(name, data);
    if (event) sink({ type: "server", event, number: parseEventNumber(number) });
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    console.warn("An event of the server was skipped:", error.message);
  }
}

async function request<E extends RequestName>(
  socket: Socket,
  turns: Turns,
  event: E,
  data: Requests[E],
): Promise<Result<Answers[E]>> {
  if (!socket.connected) return unreachable("not connected");
  return new Promise((resolve) => {
    socket.timeout(answerTimeout).emit(event, data, (error: Error | null, answer: unknown) => {
      turns.take(() => resolve(error ? unreachable(error.message) : read(event, answer)));
    });
  });
}

function read<E extends RequestName>(event: E, answer: unknown): Result<Answers[E]> {
  try {
    return parseAnswer(event, answer);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { ok: false, failure: { code: "internal", text: error.message } };
  }
}

function unreachable(text: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { code: "unreachable", text } };
}
