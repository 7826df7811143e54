/**
 * The words of the Noom protocol (protocol/PROTOCOL.md) as types. Values of these types have passed
 * the checks of `parse.ts`; nothing else may make them from outside data.
 */

/** What a track carries; its place in `kinds` is its number on the wire. */
export type Kind = "microphone" | "camera" | "screen" | "screen-audio";
export const kinds: readonly Kind[] = ["microphone", "camera", "screen", "screen-audio"];

export type TrackState = "on" | "muted" | "off";

/** A track's number, unique in its meeting: seat * 4 + kind. 0 is no track. */
export type TrackNumber = number;

export function trackNumber(seat: number, kind: Kind): TrackNumber {
  return seat * 4 + kinds.indexOf(kind);
}

export function seatOf(track: TrackNumber): number {
  return Math.floor(track / 4);
}

export function kindOf(track: TrackNumber): Kind {
  return kinds[track % 4] as Kind;
}

/** What the server finds of the way to this page. */
export interface Network {
  /** That it carries, in bits a second; 0: not known. */
  readonly rate: number;
  /** How long what is sent waits in it, in ms. */
  readonly queue: number;
  /** Of 1 000 packets. */
  readonly lost: number;
}

/** What somebody may do: hosts everything, cohosts nearly so, speakers send, viewers watch. */
export type Role = "host" | "cohost" | "speaker" | "viewer";

export interface Participant {
  readonly id: string;
  /** ≥ 1, never given to anyone else in this meeting. */
  readonly seat: number;
  readonly name: string;
  readonly role: Role;
  /** This person's browser, as it is known in this room: the same in every session. */
  readonly who: string;
  /** When the hand was raised, in ms since 1970; 0: it is down. */
  readonly hand: number;
  readonly tracks: Readonly<Record<Kind, TrackState>>;
  /** The connection is lost; the seat is kept for 30 s. */
  readonly away: boolean;
  /** Milliseconds since 1970. */
  readonly joinedAt: number;
}

/** Someone who is in the meeting, as seen from the lobby. */
export interface Insider {
  readonly id: string;
  readonly name: string;
}

/** Who wrote a message, or whom it is for, under the name they had then. */
export interface Author extends Insider {
  readonly who: string;
}

/** What people react with, to the meeting and to messages. */
export const emojis = ["👍", "👏", "❤️", "😂", "😮", "🎉", "👋", "🙏"] as const;
export type Emoji = (typeof emojis)[number];

/** What every browser shows, and the server takes for a picture once it has verified it; everything else is octets. */
export const pictureTypes: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** A file in the chat. The server has verified the type: an image's, or application/octet-stream. */
export interface FileInfo {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
  /** Pixels, of an image. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export interface Message {
  readonly id: string;
  /** Counts up in the room. */
  readonly seq: number;
  readonly from: Author;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Only for this one (and its author); absent: for all. */
  readonly to?: Author | undefined;
  /** The message that this one answers, by its seq. */
  readonly reply?: number | undefined;
  /** When it was last edited, in ms since 1970. */
  readonly edited?: number | undefined;
  readonly deleted?: boolean | undefined;
  readonly reactions?: readonly { readonly emoji: Emoji; readonly by: readonly string[] }[] | undefined;
  readonly file?: FileInfo | undefined;
}

/** From RTP timestamp `fromTs` on, the m-line `mid` carries `track`. */
export interface SlotSource {
  readonly mid: string;
  readonly track: TrackNumber;
  readonly fromTs: number;
}

/** One video track that I show, and its tile's size in physical pixels. */
export interface Wish {
  readonly track: TrackNumber;
  readonly width: number;
  readonly height: number;
}

export type Allowed = "all" | "hosts";

/** The room's settings. They are kept. */
export interface Settings {
  /** The room was made: it has a host link. */
  readonly made: boolean;
  /** Guests wait until a host lets them in. */
  readonly lobby: boolean;
  /** Guests wait until a host or cohost is there. */
  readonly waitForHost: boolean;
  readonly hasPasscode: boolean;
  /** "" to all but hosts and cohosts. */
  readonly passcode: string;
  /** What guests are. */
  readonly guests: "speaker" | "viewer";
  readonly share: Allowed;
  readonly chat: Allowed | "off";
  readonly unmute: Allowed;
  /** How long chat and files are kept. */
  readonly history: "meeting" | "month" | "forever";
  /** The most participants, 2 to 500. */
  readonly max: number;
}

/** What a room is like that nobody has made, and until the server has said otherwise. */
export const unmade: Settings = {
  ...{ made: false, lobby: false, waitForHost: false, hasPasscode: false, passcode: "" },
  ...{ guests: "speaker", share: "all", chat: "all", unmute: "all", history: "month", max: 500 },
};

/** The meeting's own state: it ends with the meeting. */
export interface MeetingState {
  /** Nobody else may come in. */
  readonly locked: boolean;
  /** Participants whom the host shows to all, by id. */
  readonly spotlight: readonly string[];
  readonly timer: { readonly endsAt: number; readonly seconds: number } | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export const quietMeeting: MeetingState = { locked: false, spotlight: [], timer: null, startedAt: 0 };

/** Somebody who asks to be let in. */
export interface Waiting extends Insider {
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Why one has to wait: for being let in, or for a host to come. */
export type Wait = "lobby" | "host";

/** What stands between me and the meeting. */
export interface Door {
  readonly waiting: Wait | "";
  readonly passcode: boolean;
  readonly locked: boolean;
}

export const openDoor: Door = { waiting: "", passcode: false, locked: false };

/** `unreachable` never comes from the server: it is what a request gets that found no server. */
export type ErrorCode =
  | "not_found"
  | "forbidden"
  | "full"
  | "invalid"
  | "conflict"
  | "limited"
  | "internal"
  | "unreachable";

export type FailureReason =
  | "locked"
  | "passcode"
  | "banned"
  | "full"
  | "lobby_full"
  | "busy"
  | "role"
  | "settings"
  /** A moment ago. */
  | "refused"
  /** Others of my network were, a moment ago. */
  | "neighbours"
  /** A person's. */
  | "name";

/** What went wrong. `text` is English for logs; the page chooses its words by `reason`, or else by `code`. */
export interface Failure {
  readonly code: ErrorCode;
  readonly text: string;
  readonly reason?: FailureReason | undefined;
  /** With `limited`: try again after so many seconds. */
  readonly retry?: number | undefined;
}

/** Acknowledgement of `join` to one who enters. */
export interface Snapshot {
  readonly you: Participant;
  readonly participants: readonly Participant[];
  readonly chat: readonly Message[];
  readonly settings: Settings;
  readonly slots: readonly SlotSource[];
  readonly meeting: MeetingState;
  /** Who waits to be let in; empty to all but hosts and cohosts. */
  readonly waiting: readonly Waiting[];
}

export interface Session {
  readonly id: string;
  readonly key: string;
  readonly resumed: boolean;
  readonly joined: boolean;
  readonly room: string;
  readonly inside: readonly Insider[];
  readonly server: { readonly version: string };
  /** The server's clock, in ms since 1970. */
  readonly now: number;
  /** A token that the server has issued anew: keep it, and bring it with every connection. */
  readonly browser?: string | undefined;
  /** What I am known by in this room. */
  readonly who: string;
  readonly role: Role;
  readonly door: Door;
}

/** Somebody reacted. */
export interface Reaction {
  readonly id: string;
  readonly emoji: Emoji;
}

export type LostReason = "left" | "lost" | "removed";
export type EndedReason = "replaced" | "removed" | "banned" | "refused" | "ended" | "shutdown";

/** Everything the server says on its own, tagged by its event name. */
export type ServerEvent =
  | { readonly event: "session"; readonly data: Session }
  | { readonly event: "inside"; readonly data: { readonly inside: readonly Insider[] } }
  | { readonly event: "joined"; readonly data: { readonly participant: Participant } }
  | { readonly event: "left"; readonly data: { readonly id: string; readonly reason: LostReason } }
  | { readonly event: "updated"; readonly data: { readonly participant: Participant } }
  | { readonly event: "slots"; readonly data: { readonly slots: readonly SlotSource[] } }
  | { readonly event: "paused"; readonly data: { readonly tracks: readonly TrackNumber[] } }
  | { readonly event: "layers"; readonly data: { readonly track: Kind; readonly layers: readonly number[] } }
  | { readonly event: "speaker"; readonly data: { readonly speaking: readonly string[] } }
  | { readonly event: "chat"; readonly data: { readonly message: Message } }
  | { readonly event: "chat_changed"; readonly data: { readonly message: Message } }
  | { readonly event: "settings"; readonly data: { readonly settings: Settings } }
  | { readonly event: "meeting"; readonly data: { readonly meeting: MeetingState } }
  | { readonly event: "waiting"; readonly data: { readonly waiting: readonly Waiting[] } }
  | { readonly event: "admitted"; readonly data: object }
  | { readonly event: "asked"; readonly data: { readonly by: Insider; readonly track: Kind } }
  | { readonly event: "silenced"; readonly data: { readonly by: Insider; readonly track: Kind } }
  | { readonly event: "reactions"; readonly data: { readonly reactions: readonly Reaction[] } }
  | { readonly event: "ended"; readonly data: { readonly reason: EndedReason } };
