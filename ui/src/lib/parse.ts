/**
 * The checks at the door: JSON from the server becomes a typed value here or is refused with the path of
 * what is wrong. Unknown fields are dropped, so that a newer server may say more.
 */
import {
  emojis,
  kinds,
  type Allowed,
  type Author,
  type Door,
  type Emoji,
  type EndedReason,
  type Failure,
  type FailureReason,
  type FileInfo,
  type ErrorCode,
  type Insider,
  type Kind,
  type LostReason,
  type MeetingState,
  type Network,
  type Message,
  type Participant,
  type Reaction,
  type Role,
  type ServerEvent,
  type Session,
  type Settings,
  type SlotSource,
  type Snapshot,
  type TrackState,
  type Wait,
  type Waiting,
} from "./protocol";
import { count, flag, list, Malformed, object, oneOf, optional, orNull, text, type Reader } from "./read";

export { Malformed } from "./read";

const trackState = oneOf<TrackState>("on", "muted", "off");

export const role = oneOf<Role>("host", "cohost", "speaker", "viewer");
const kind = oneOf<Kind>(...kinds);
const emoji = oneOf<Emoji>(...emojis);

const participant = object<Participant>({
  id: text,
  seat: count,
  name: text,
  role: role,
  who: text,
  hand: count,
  tracks: object({ microphone: trackState, camera: trackState, screen: trackState, "screen-audio": trackState }),
  away: flag,
  joinedAt: count,
});

const insider = object<Insider>({ id: text, name: text });
const author = object<Author>({ id: text, name: text, who: text });
const file = object<FileInfo>({
  ...{ id: text, name: text, size: count, type: text },
  ...{ width: optional(count), height: optional(count) },
});
const message = object<Message>({
  ...{ id: text, seq: count, from: author, text, at: count },
  ...{ to: optional(author), reply: optional(count), edited: optional(count), deleted: optional(flag) },
  reactions: optional(list(object({ emoji, by: list(text) }))),
  file: optional(file),
});
const slot = object<SlotSource>({ mid: text, track: count, fromTs: count });
const allowed = oneOf<Allowed>("all", "hosts");
export const settings = object<Settings>({
  made: flag,
  lobby: flag,
  waitForHost: flag,
  hasPasscode: flag,
  passcode: text,
  guests: oneOf<Settings["guests"]>("speaker", "viewer"),
  share: allowed,
  chat: oneOf<Settings["chat"]>("all", "hosts", "off"),
  unmute: allowed,
  history: oneOf<Settings["history"]>("meeting", "month", "forever"),
  max: count,
});
const meeting = object<MeetingState>({
  locked: flag,
  spotlight: list(text),
  timer: orNull(object({ endsAt: count, seconds: count })),
  startedAt: count,
});
const waiting = object<Waiting>({ id: text, name: text, since: count });
const wait = oneOf<Wait>("lobby", "host");
const door = object<Door>({ waiting: oneOf<Wait | "">("", "lobby", "host"), passcode: flag, locked: flag });
const reaction = object<Reaction>({ id: text, emoji });

const session = object<Session>({
  id: text,
  key: text,
  resumed: flag,
  joined: flag,
  room: text,
  inside: list(insider),
  server: object({ version: text }),
  now: count,
  browser: optional(text),
  who: text,
  role: role,
  door: door,
});

/** A reason that this page does not know is none: the code says enough. */
const reason: Reader<FailureReason | undefined> = (value) =>
  (["locked", "passcode", "banned", "full", "lobby_full", "busy", "role", "settings", "refused", "neighbours", "name"] as const).find(
    (one) => one === value,
  );

const failure = object<Failure>({
  code: oneOf<ErrorCode>("not_found", "forbidden", "full", "invalid", "conflict", "limited", "internal"),
  text,
  reason,
  retry: optional(count),
});

type DataOf = { readonly [E in ServerEvent as E["event"]]: E["data"] };

const events: { readonly [E in keyof DataOf]: Reader<DataOf[E]> } = {
  session,
  inside: object({ inside: list(insider) }),
  joined: object({ participant }),
  left: object({ id: text, reason: oneOf<LostReason>("left", "lost", "removed") }),
  updated: object({ participant }),
  slots: object({ slots: list(slot) }),
  paused: object({ tracks: list(count) }),
  layers: object({ track: kind, layers: list(count) }),
  speaker: object({ speaking: list(text) }),
  chat: object({ message }),
  chat_changed: object({ message }),
  settings: object({ settings }),
  meeting: object({ meeting }),
  waiting: object({ waiting: list(waiting) }),
  admitted: object({}),
  asked: object({ by: insider, track: kind }),
  silenced: object({ by: insider, track: kind }),
  reactions: object({ reactions: list(reaction) }),
  ended: object({ reason: oneOf<EndedReason>("replaced", "removed", "banned", "refused", "ended", "shutdown") }),
};

/** Reads a server event. null: an event this page does not know, to be skipped. Throws Malformed. */
export function parseServerEvent(name: string, data: unknown): ServerEvent | null {
  if (!Object.hasOwn(events, name)) return null;
  const event = name as keyof DataOf;
  return { event, data: events[event](data, name) } as ServerEvent;
}

/** One event of a batch: its name and its data, not yet read. */
export type Bundled = readonly [name: string, data: unknown];

/** Reads a `batch`: several events in one message, oldest first. Throws Malformed. */
export function parseBatch(data: unknown): readonly Bundled[] {
  const pair: Reader<Bundled> = (value, path) => {
    if (!Array.isArray(value) || value.length !== 2) throw new Malformed(`${path}: not a pair`);
    return [text(value[0], `${path}[0]`), value[1]];
  };
  return object({ events: list(pair) })(data, "batch").events;
}

/** What a request brings back when it succeeds. */
export interface Answers {
  readonly offer: { readonly sdp: string };
  /** `wait`: not yet; `admitted` comes, and then one asks again. */
  readonly join: Snapshot | { readonly wait: Wait };
  readonly view: object;
  readonly network: Network;
  readonly publish: object;
  readonly chat: { readonly seq: number; readonly at: number };
  readonly chat_edit: object;
  readonly chat_delete: object;
  readonly chat_react: object;
  readonly history: { readonly chat: readonly Message[]; readonly more: boolean };
  readonly rename: object;
  readonly leave: object;
  readonly closing: object;
  readonly hand: object;
  readonly react: object;
  readonly mute: object;
  readonly mute_all: object;
  readonly ask: object;
  readonly role: object;
  readonly remove: object;
  readonly admit: object;
  readonly refuse: object;
  readonly lock: object;
  readonly spotlight: object;
  readonly timer: object;
  readonly settings: object;
  readonly link: { readonly key: string };
  readonly end: object;
}

export type RequestName = keyof Answers;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

const snapshot = object<Snapshot>({
  you: participant,
  participants: list(participant),
  chat: list(message),
  settings,
  slots: list(slot),
  meeting: meeting,
  waiting: list(waiting),
});

/** Who joins is inside, or has to wait. */
const joined: Reader<Answers["join"]> = (value, path) => {
  const waits = object({ wait: optional(wait) })(value, path).wait;
  return waits ? { wait: waits } : snapshot(value, path);
};

const done = object<object>({});

const network = object<Network>({ rate: count, queue: count, lost: count });

const answers: { readonly [E in RequestName]: Reader<Answers[E]> } = {
  offer: object({ sdp: text }),
  join: joined,
  chat: object({ seq: count, at: count }),
  history: object({ chat: list(message), more: flag }),
  link: object({ key: text }),
  network,
  ...{ view: done, publish: done, rename: done, leave: done, closing: done, hand: done, react: done },
  ...{ chat_edit: done, chat_delete: done, chat_react: done },
  ...{ mute: done, mute_all: done, ask: done, role: done, remove: done, admit: done, refuse: done },
  ...{ lock: done, spotlight: done, timer: done, settings: done, end: done },
};

/** Reads the acknowledgement of a request. Throws Malformed. */
export function parseAnswer<E extends RequestName>(event: E, data: unknown): Result<Answers[E]> {
  const path = `ack ${event}`;
  if (object({ ok: flag })(data, path).ok) return { ok: true, value: answers[event](data, path) };
  return { ok: false, failure: object({ error: failure })(data, path).error };
}

/** What the requests of a room's files bring back. */
export interface FileAnswers {
  readonly begin: { readonly file: string };
  /** `file`: that was the last piece. */
  readonly append: { readonly offset: number; readonly file?: FileInfo | undefined };
}

const fileAnswers: { readonly [E in keyof FileAnswers]: Reader<FileAnswers[E]> } = {
  begin: object({ file: text }),
  append: object({ offset: count, file: optional(file) }),
};

/** Reads the answer to a request of a file; what is not as promised is an internal failure. */
export function parseFileAnswer<E extends keyof FileAnswers>(what: E, data: unknown): Result<FileAnswers[E]> {
  try {
    return { ok: true, value: fileAnswers[what](data, what) };
  } catch (error) {
    return { ok: false, failure: { code: "internal", text: String(error) } };
  }
}

/** Reads the body of an HTTP answer that says no; anything unreadable is an internal failure. */
export function parseFileRefusal(data: unknown): Failure {
  try {
    return object({ error: failure })(data, "answer").error;
  } catch {
    return { code: "internal", text: "The server refused without a reason." };
  }
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
