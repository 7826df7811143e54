import { kinds, type Kind, type Participant, type Role, type TrackState } from "../lib/protocol";
import type { Devices } from "./devices.svelte";
import type { Sharing } from "./sharing.svelte";

/** What I let out of each of my tracks: what the others are told, and what travels. */
export interface Outlet {
  readonly state: TrackState;
  /** null: not a packet is sent. */
  readonly track: MediaStreamTrack | null;
}

export type Outlets = Readonly<Record<Kind, Outlet>>;

const shut: Outlet = { state: "off", track: null };

const silent: Outlets = { microphone: shut, camera: shut, screen: shut, "screen-audio": shut };

/** What follows from my devices and switches, and from my role: viewers let nothing out. Reactive: it reads state. */
export function outlets(devices: Devices, sharing: Sharing, role: Role): Outlets {
  if (role === "viewer") return silent;
  const { microphoneTrack, microphoneOn, cameraTrack, cameraOn } = devices;
  return {
    microphone: microphoneTrack
      ? { state: microphoneOn ? "on" : "muted", track: microphoneOn ? microphoneTrack : null }
      : shut,
    camera: outlet(cameraOn ? cameraTrack : null),
    screen: outlet(sharing.tracks?.video ?? null),
    "screen-audio": outlet(sharing.tracks?.audio ?? null),
  };
}

/** What the others are told. */
export function states(wanted: Outlets): Participant["tracks"] {
  const { microphone, camera, screen, "screen-audio": screenAudio } = wanted;
  return { microphone: microphone.state, camera: camera.state, screen: screen.state, "screen-audio": screenAudio.state };
}

function outlet(track: MediaStreamTrack | null): Outlet {
  return track ? { state: "on", track } : shut;
}

/** Tells the server what I let out: each change once, and again whatever it did not hear. */
export class Publisher {
  /** What the server knows; a kind is missing while it is being told. */
  #known: Partial<Record<Kind, TrackState>> = {};
  readonly #tell: (track: Kind, state: TrackState) => Promise<boolean>;

  constructor(tell: (track: Kind, state: TrackState) => Promise<boolean>) {
    this.#tell = tell;
  }

  /** The server's own word on what it knows. */
  learn(me: Participant): void {
    this.#known = { ...me.tracks };
  }

  publish(wanted: Outlets): void {
    for (const kind of kinds) void this.#publish(kind, wanted[kind].state);
  }

  async #publish(kind: Kind, state: TrackState): Promise<void> {
    if (this.#known[kind] === state) return;
    this.#known[kind] = state; // told once, however often the state is looked at while it is under way
    if (!(await this.#tell(kind, state)) && this.#known[kind] === state) delete this.#known[kind];
  }
}
