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

export interface Participant {
  readonly id: string;
  /** ≥ 1, never given to anyone else in this meeting. */
  readonly seat: number;
  readonly name: string;
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

export interface Message {
  readonly id: string;
  /** Counts up in the room. */
  readonly seq: number;
  readonly from: Insider;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
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

export type Settings = Readonly<Record<string, never>>;

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

/** What went wrong. `text` is English for logs; the page chooses its words by `code`. */
export interface Failure {
  readonly code: ErrorCode;
  readonly text: string;
}

/** Acknowledgement of `join`. */
export interface Snapshot {
  readonly you: Participant;
  readonly participants: readonly Participant[];
  readonly chat: readonly Message[];
  readonly settings: Settings;
  readonly slots: readonly SlotSource[];
}

export interface Session {
  readonly id: string;
  readonly key: string;
  readonly resumed: boolean;
  readonly joined: boolean;
  readonly room: string;
  readonly inside: readonly Insider[];
  readonly server: { readonly version: string };
}

export type LostReason = "left" | "lost" | "removed";
export type EndedReason = "replaced" | "removed" | "ended" | "shutdown";

/** Everything the server says on its own, tagged by its event name. */
export type ServerEvent =
  | { readonly event: "session"; readonly data: Session }
  | { readonly event: "inside"; readonly data: { readonly inside: readonly Insider[] } }
  | { readonly event: "joined"; readonly data: { readonly participant: Participant } }
  | { readonly event: "left"; readonly data: { readonly id: string; readonly reason: LostReason } }
  | { readonly event: "updated"; readonly data: { readonly participant: Participant } }
  | { readonly event: "slots"; readonly data: { readonly slots: readonly SlotSource[] } }
  | { readonly event: "speaker"; readonly data: { readonly speaking: readonly string[] } }
  | { readonly event: "chat"; readonly data: { readonly message: Message } }
  | { readonly event: "settings"; readonly data: { readonly settings: Settings } }
  | { readonly event: "ended"; readonly data: { readonly reason: EndedReason } };
