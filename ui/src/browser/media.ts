/** The machine's cameras, microphones, speakers and screens. */

import type { Chime } from "./chime";

export type { Chime };

export type Captured = "microphone" | "camera";
export type DeviceKind = Captured | "speaker";
export type Trouble = "denied" | "missing" | "in-use" | "insecure" | "other";

export interface Device {
  readonly id: string;
  /** Empty until the browser was allowed to use a device of that kind. */
  readonly label: string;
}

export type DeviceLists = Readonly<Record<DeviceKind, readonly Device[]>>;

export type Opened =
  | { readonly ok: true; readonly track: MediaStreamTrack }
  | { readonly ok: false; readonly trouble: Trouble };

export interface ScreenTracks {
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | null;
}

/** Measures how loud a track is. */
export interface Meter {
  /** 0 (silent) to 1. */
  level(): number;
  close(): void;
}

export interface Media {
  /** Whether this browser can choose where sound plays. */
  readonly choosesSpeaker: boolean;
  readonly canShare: boolean;
  list(): Promise<DeviceLists>;
  /** Opens devices, by id or "" for the default; asked together they need one permission prompt. Never rejects. */
  open(wanted: Partial<Record<Captured, string>>): Promise<Partial<Record<Captured, Opened>>>;
  /** Asks what to share. null: the user changed their mind. "failed": it could not be had. */
  openScreen(): Promise<ScreenTracks | null | "failed">;
  /** Calls back when devices were plugged in or out, or a permission changed, until the returned function is called. */
  watch(changed: () => void): () => void;
  meter(track: MediaStreamTrack): Meter;
  /** A few notes on a speaker, "" for the default; resolves at their end. */
  play(chime: Chime, speaker: string): Promise<void>;
  close(): void;
}
