/** The machine's cameras, microphones, speakers and screens. */
import type { Look } from "../lib/backdrop";
import type { Cost } from "../lib/pace";
import type { Chime } from "./chime";

export type { Chime };

export type Captured = "microphone" | "camera";
/** Which way a phone's camera looks: at its user, or at the world. */
export type Facing = "user" | "environment";
export type DeviceKind = Captured | "speaker";
export type Trouble = "denied" | "missing" | "in-use" | "insecure" | "other";

export interface Device {
  readonly id: string;
  /** Empty until the browser was allowed to use a device of that kind. */
  readonly label: string;
}

/** In place of an id: whichever camera looks this way. */
export function facing(way: Facing): string {
  return `facing:${way}`;
}

export type DeviceLists = Readonly<Record<DeviceKind, readonly Device[]>>;

export type Opened =
  | { readonly ok: true; readonly track: MediaStreamTrack }
  | { readonly ok: false; readonly trouble: Trouble };

export interface ScreenTracks {
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | null;
}

/** What the browser is asked to do to a voice on its way from the microphone. */
export interface SoundTuning {
  readonly echo: boolean;
  readonly noise: boolean;
  readonly gain: boolean;
  /** Two channels, for music. */
  readonly stereo: boolean;
}

/** The picture that a camera is asked for. */
export interface PictureTuning {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

export interface Tuning {
  readonly microphone: SoundTuning;
  readonly camera: PictureTuning;
}

/** A track made from another one, for as long as nobody closes it. */
export interface Processed {
  readonly track: MediaStreamTrack;
  /** Makes it from this track from now on; what was made before goes on without a break. */
  use(source: MediaStreamTrack): void;
  close(): void;
}

/** Starts a process, or says null when this browser cannot do it. `failed` is called when it ends by itself. */
export type Process = (source: MediaStreamTrack, failed: () => void) => Promise<Processed | null>;

/** Measures how loud a track is. */
export interface Meter {
  /** 0 (silent) to 1. */
  level(): number;
  /** The largest amplitude of the last samples, 0 to 1; null while the browser does not listen. */
  peak(): number | null;
  close(): void;
}

export interface Media {
  /** Whether this browser can choose where sound plays. */
  readonly choosesSpeaker: boolean;
  readonly canShare: boolean;
  list(): Promise<DeviceLists>;
  /** Opens devices, by id or "" for the default; asked together they need one permission prompt. Never rejects. */
  open(wanted: Partial<Record<Captured, string>>, tuning: Tuning): Promise<Partial<Record<Captured, Opened>>>;
  /** Asks what to share. null: the user changed their mind. "failed": it could not be had. */
  openScreen(): Promise<ScreenTracks | null | "failed">;
  /** Calls back when devices were plugged in or out, or a permission changed, until the returned function is called. */
  watch(changed: () => void): () => void;
  meter(track: MediaStreamTrack): Meter;
  /** Takes the noise out of a voice with RNNoise, which is loaded for it. */
  readonly denoise: Process;
  /** Hides what is behind a person in the way that `look` says, which may change while it runs. */
  readonly hideBackground: Process;
  look(look: Look): void;
  /** What that costs now; null while nothing is hidden, and for its first second. */
  cost(): Cost | null;
  /** Sound that the system has stopped goes on. */
  wake(): void;
  /** A few notes on a speaker, "" for the default; resolves at their end. */
  play(chime: Chime, speaker: string): Promise<void>;
  close(): void;
}
