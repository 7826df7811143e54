/**
 * The checks at the door: JSON from the server becomes a typed value here or is refused with the path of
 * what is wrong. Unknown fields are dropped, so that a newer server may say more.
 */
import type {
  EndedReason,
  Failure,
  ErrorCode,
  Insider,
  LostReason,
  Message,
  Participant,
  ServerEvent,
  Session,
  SlotSource,
  Snapshot,
  TrackState,
} from "./protocol";

/** Says which value was not what the protocol promises, e.g. "participant.tracks.camera: not one of on, off". */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** Reads a value found at `path`, or throws Malformed. */
type Reader<T> = (value: unknown, path: string) => T;

const text: Reader<string> = (value, path) => {
  if (typeof value !== "string") throw new Malformed(`${path}: not a string`);
  return value;
};

const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new Malformed(`${path}: not a boolean`);
  return value;
};

/** Whole, ≥ 0 and exact: all numbers of the protocol are. */
const count: Reader<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed(`${path}: not a whole number`);
  }
  return value;
};

function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (value, path) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new Malformed(`${path}: not one of ${words.join(", ")}`);
    return word;
  };
}

function list<T>(item: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Malformed(`${path}: not a list`);
    return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
  };
}

function object<T>(fields: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Malformed(`${path}: not an object`);
    }
    const source = value as Readonly<Record<string, unknown>>;
    const result: Partial<T> = {};
    for (const key in fields) result[key] = fields[key](source[key], `${path}.${key}`);
    return result as T;
  };
}

const trackState = oneOf<TrackState>("on", "muted", "off");

const participant = object<Participant>({
  id: text,
  seat: count,
  name: text,
  tracks: object({ microphone: trackState, camera: trackState, screen: trackState, "screen-audio": trackState }),
  away: flag,
  joinedAt: count,
});

const insider = object<Insider>({ id: text, name: text });
const message = object<Message>({ id: text, seq: count, from: insider, text, at: count });
const slot = object<SlotSource>({ mid: text, track: count, fromTs: count });
const settings = object<Record<string, never>>({});

const session = object<Session>({
  id: text,
  key: text,
  resumed: flag,
  joined: flag,
  room: text,
  inside: list(insider),
  server: object({ version: text }),
});

const failure = object<Failure>({
  code: oneOf<ErrorCode>("not_found", "forbidden", "full", "invalid", "conflict", "limited", "internal"),
  text,
});

type DataOf = { readonly [E in ServerEvent as E["event"]]: E["data"] };

const events: { readonly [E in keyof DataOf]: Reader<DataOf[E]> } = {
  session,
  inside: object({ inside: list(insider) }),
  joined: object({ participant }),
  left: object({ id: text, reason: oneOf<LostReason>("left", "lost", "removed") }),
  updated: object({ participant }),
  slots: object({ slots: list(slot) }),
  speaker: object({ speaking: list(text) }),
  chat: object({ message }),
  settings: object({ settings }),
  ended: object({ reason: oneOf<EndedReason>("replaced", "removed", "ended", "shutdown") }),
};

/** Reads a server event. null: an event this page does not know, to be skipped. Throws Malformed. */
export function parseServerEvent(name: string, data: unknown): ServerEvent | null {
  if (!Object.hasOwn(events, name)) return null;
  const event = name as keyof DataOf;
  return { event, data: events[event](data, name) } as ServerEvent;
}

/** What a request brings back when it succeeds. */
export interface Answers {
  readonly offer: { readonly sdp: string };
  readonly join: Snapshot;
  readonly view: object;
  readonly publish: object;
  readonly chat: { readonly seq: number; readonly at: number };
  readonly rename: object;
  readonly leave: object;
}

export type RequestName = keyof Answers;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

const answers: { readonly [E in RequestName]: Reader<Answers[E]> } = {
  offer: object({ sdp: text }),
  join: object<Snapshot>({
    you: participant,
    participants: list(participant),
    chat: list(message),
    settings,
    slots: list(slot),
  }),
  view: object({}),
  publish: object({}),
  chat: object({ seq: count, at: count }),
  rename: object({}),
  leave: object({}),
};

/** Reads the acknowledgement of a request. Throws Malformed. */
export function parseAnswer<E extends RequestName>(event: E, data: unknown): Result<Answers[E]> {
  const path = `ack ${event}`;
  if (object({ ok: flag })(data, path).ok) return { ok: true, value: answers[event](data, path) };
  return { ok: false, failure: object({ error: failure })(data, path).error };
}

/** Reads what came with CONNECT_ERROR; anything unreadable is an internal failure. */
export function parseRefusal(data: unknown): Failure {
  try {
    return failure(data, "connect_error");
  } catch {
    return { code: "internal", text: "The server refused without a reason." };
  }
}

/** Reads the event number that comes as every server event's second argument. Throws Malformed. */
export function parseEventNumber(value: unknown): number {
  return count(value, "event number");
}
