import type { EndedReason, Failure, Insider, Participant } from "../lib/protocol";

export type CallStatus = "idle" | "connecting" | "lobby" | "joining" | "meeting" | "reconnecting" | "left";
/** Why the Left screen is shown. `failed`: the server refused, see `failure`. `lost`: no way back within the seat's 30 s. */
export type LeftReason = "you-left" | "lost" | "failed" | EndedReason;

export interface Path {
  readonly kind: "udp" | "tcp" | "relay";
  /** Round trip in milliseconds. */
  readonly rtt: number;
}

/** `signalling`: the server does not answer. `media`: the media path is down. `sending`, `receiving`: it is poor. */
export type Trouble = "signalling" | "media" | "sending" | "receiving";

/** One room from its lobby to leaving it. */
export class Call {
  status: CallStatus = $state("idle");
  leftReason: LeftReason | null = $state(null);
  /** The last refusal by the server: of connecting, of joining. */
  failure: Failure | null = $state.raw(null);
  room: string = $state("");
  /** How media travels: known in the lobby once the connection is proven. */
  path: Path | null = $state.raw(null);
  /** Who is in the meeting, while I am in the lobby. */
  inside: readonly Insider[] = $state.raw([]);
  me: Participant | null = $state.raw(null);
  /** The others, in the order they joined. */
  participants: readonly Participant[] = $state.raw([]);
  /** Ids of those who speak, the loudest first; may hold my own. */
  speaking: readonly string[] = $state.raw([]);
  troubles: readonly Trouble[] = $state.raw([]);
  /** I talk while muted. */
  mutedTalking: boolean = $state(false);
  /** The browser wants a click before it plays sound: see hear(). */
  soundBlocked: boolean = $state(false);
  /** I share my screen. */
  sharing: boolean = $state(false);

  /** What the buttons show, in the lobby and in the meeting. */
  get microphoneOn(): boolean {
    return false;
  }
  get cameraOn(): boolean {
    return false;
  }
  /** Whether this browser can share a screen at all (phones cannot). */
  get canShare(): boolean {
    return false;
  }

  /** Opens the lobby of a room: connects and proves the media path. App calls it. */
  open(_room: string): void {}
  /** Ends everything and forgets the room. App calls it. */
  shut(): void {}

  /** Enters the meeting under this name (remembered). */
  async join(_name: string): Promise<void> {}
  /** Leaves for good; the Left screen follows. */
  async leave(): Promise<void> {}
  /** From Left: into the meeting again. */
  async rejoin(): Promise<void> {}
  async setMicrophone(_on: boolean): Promise<void> {}
  async setCamera(_on: boolean): Promise<void> {}

  // wanted:
  /** How loud this participant's voice is now, 0 to 1, for the ring around the tile (0: silent). Changes ≤ 10 times a second. */
  loudness(_id: string): number {
    return 0;
  }

  /** Asks what to share; quiet when the user cancels. */
  async shareScreen(): Promise<void> {}
  async stopSharing(): Promise<void> {}
  async rename(_name: string): Promise<void> {}
  /** Plays the sound that the browser held back; call it from a click. */
  hear(): void {}
  close(): void {}
}
