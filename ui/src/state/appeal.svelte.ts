import { barOf, type Bar } from "../lib/power";
import type { Failure, Insider, Kind, Participant, TrackState } from "../lib/protocol";
import type { Devices } from "./devices.svelte";
import type { Meeting } from "./meeting.svelte";
import type { Notices } from "./notices.svelte";
import type { Sharing } from "./sharing.svelte";

/** A host asks me to turn this on. */
export interface Asked {
  readonly by: Insider;
  readonly track: "microphone" | "camera";
}

interface Parts {
  readonly meeting: Meeting;
  readonly devices: Devices;
  readonly sharing: Sharing;
  readonly notices: Notices;
}

/** What hosts ask of me and do to me, and what I may not do. Nothing of mine is ever turned on but by me. */
export class Appeal {
  /** The last request that I have not answered. */
  asked: Asked | null = $state.raw(null);
  /** Whoever is asked to unmute may, once, though others may not. */
  #excused: boolean = $state(false);

  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Why I may not turn this on now; null: I may. */
  bar(kind: Kind): Bar {
    const { meeting } = this.#parts;
    const bar = barOf(kind, meeting.role, meeting.settings);
    return bar === "settings" && kind === "microphone" && this.#excused ? null : bar;
  }

  /** Whether I may turn this on; says why not. */
  permits(kind: Kind): boolean {
    const bar = this.bar(kind);
    if (bar !== null) this.#explain(kind, bar);
    return bar === null;
  }

  /** A host asks. */
  ask(by: Insider, track: Kind): void {
    if (track !== "microphone" && track !== "camera") return;
    if (track === "microphone") this.#excused = true;
    if (!this.#parts.devices.works(track)) this.asked = { by, track };
  }

  /** The request is answered, or has become pointless. */
  settle(track?: Asked["track"]): void {
    if (track === undefined || this.asked?.track === track) this.asked = null;
  }

  /** I turned my microphone off: what I was excused for is used up. */
  muted(): void {
    this.#excused = false;
  }

  /** A host has turned one of my tracks off; what I show and send follows. */
  silence(by: Insider, track: Kind): void {
    this.#off(track);
    if (track !== "screen-audio") {
      this.#parts.notices.notify(`silenced-${track}`, { params: { name: by.name } });
    }
    if (track === "microphone") this.muted();
  }

  /** Somebody has changed something about me: what I am, what I am called, my hand. */
  changed(before: Participant, now: Participant): void {
    const { notices } = this.#parts;
    if (before.role !== now.role) {
      // What this role may not do was stopped a moment before; one word for both is enough.
      for (const { id, key } of notices.list) if (key.startsWith("silenced-")) notices.dismiss(id);
      notices.notify(`role-${now.role}`);
      this.comply(now);
    }
    if (before.name !== now.name) notices.notify("renamed", { params: { name: now.name } });
    if (before.hand > 0 && now.hand === 0) notices.notify("lowered-hand");
  }

  /** What I may not turn on is off, but for what the server lets out: on entering, and when my role is another. */
  comply({ tracks }: Participant): void {
    const { devices, meeting, sharing } = this.#parts;
    if (meeting.role === "viewer") this.settle();
    const forbidden = (kind: Kind) => tracks[kind] !== "on" && this.bar(kind) !== null;
    if (devices.microphoneOn && forbidden("microphone")) this.#off("microphone");
    if (devices.cameraOn && forbidden("camera")) this.#off("camera");
    if (sharing.tracks && forbidden("screen")) this.#off("screen");
  }

  /** The server did not let a track of mine out. The button goes back, and I learn why. */
  refused(track: Kind, state: TrackState, { code, reason }: Failure): void {
    if (code !== "forbidden" || state !== "on") return;
    this.#off(track);
    this.#explain(track, reason === "role" ? "role" : "settings");
  }

  /** I left. */
  clear(): void {
    this.asked = null;
    this.#excused = false;
  }

  #off(track: Kind): void {
    const { devices, sharing } = this.#parts;
    if (track === "microphone" || track === "camera") void devices.silence(track);
    else sharing.stop();
  }

  #explain(kind: Kind, bar: "role" | "settings"): void {
    const key = bar === "role" ? "barred-role" : kind === "microphone" ? "barred-microphone" : "barred-screen";
    this.#parts.notices.notify(key, { tone: "warning" });
  }
}
