/** The sounds on the page: one hidden `<audio>` per audio slot. */
import { scaled } from "../lib/loudness";
import type { TrackNumber } from "../lib/protocol";
import type { Slot } from "./peer";

export interface Sounds {
  addSlots(slots: readonly Slot[]): void;
  /** Plays on this device, where browsers let pages choose; "" is the system's default. */
  setSpeaker(id: string): void;
  /** Tries again what the browser held back; works within a click. */
  hear(): void;
  /** How loud each track is now, 0 to 1. Silent ones are left out. */
  levels(): ReadonlyMap<TrackNumber, number>;
  /** Whose voice each receiver carries, by its media track's id. */
  carried(): ReadonlyMap<string, TrackNumber>;
  /** Forgets all slots: the peer connection is gone. */
  clear(): void;
}

/** A voice that was heard this long ago, in ms, is no longer loud. Levels come with every packet, 20 ms apart. */
const fresh = 200;

export class PageSounds implements Sounds {
  readonly #page: Document;
  readonly #sink: (blocked: boolean) => void;
  readonly #slots = new Map<RTCRtpReceiver, HTMLAudioElement>();
  readonly #blocked = new Set<HTMLAudioElement>();
  #speaker = "";

  /** `sink` learns when the browser wants a click before it plays, and when it has had it. */
  constructor(page: Document, sink: (blocked: boolean) => void) {
    this.#page = page;
    this.#sink = sink;
    // Any click or key is what the browser waits for.
    for (const event of ["pointerup", "keydown"]) page.addEventListener(event, () => this.#unblock(), { capture: true });
    page.addEventListener("visibilitychange", () => {
      if (page.visibilityState === "visible") this.hear();
    });
  }

  addSlots(slots: readonly Slot[]): void {
    for (const { kind, receiver } of slots) {
      if (kind !== "audio" || this.#slots.has(receiver)) continue;
      const audio = this.#page.createElement("audio");
      audio.autoplay = true;
      audio.hidden = true;
      audio.srcObject = new MediaStream([receiver.track]);
      // Nothing on the page pauses them: a telephone call or the lock screen does.
      audio.addEventListener("pause", () => this.#play(audio));
      this.#slots.set(receiver, audio);
      this.#page.body.append(audio);
      this.#direct(audio);
      this.#play(audio);
    }
  }

  setSpeaker(id: string): void {
    this.#speaker = id;
    for (const audio of this.#slots.values()) this.#direct(audio);
  }

  hear(): void {
    for (const audio of this.#slots.values()) this.#play(audio);
  }

  levels(): ReadonlyMap<TrackNumber, number> {
    const levels = new Map<TrackNumber, number>();
    const now = performance.timeOrigin + performance.now();
    for (const receiver of this.#slots.keys()) {
      for (const { source, audioLevel, timestamp } of receiver.getContributingSources()) {
        if (!audioLevel || Math.abs(now - timestamp) > fresh) continue;
        levels.set(source, Math.max(scaled(audioLevel), levels.get(source) ?? 0));
      }
    }
    return levels;
  }

  carried(): ReadonlyMap<string, TrackNumber> {
    return new Map(
      [...this.#slots.keys()].map((receiver) => {
        // Those heard before stay in the list for a while.
        const sources = receiver.getContributingSources().sort((a, b) => b.timestamp - a.timestamp);
        return [receiver.track.id, sources[0]?.source ?? 0];
      }),
    );
  }

  clear(): void {
    for (const audio of this.#slots.values()) {
      audio.srcObject = null; // it pauses, and plays no more
      audio.remove();
    }
    this.#slots.clear();
    this.#blocked.clear();
    this.#sink(false);
  }

  #unblock(): void {
    for (const audio of this.#blocked) this.#play(audio);
  }

  #play(audio: HTMLAudioElement): void {
    if (!audio.srcObject) return;
    audio.play().then(
      () => this.#note(audio, false),
      (error: unknown) => this.#note(audio, error instanceof DOMException && error.name === "NotAllowedError"),
    );
  }

  #note(audio: HTMLAudioElement, blocked: boolean): void {
    if (blocked && audio.srcObject) this.#blocked.add(audio);
    else this.#blocked.delete(audio);
    this.#sink(this.#blocked.size > 0);
  }

  #direct(audio: HTMLAudioElement): void {
    // Missing in Safari; a device that is gone leaves the sound on the default one.
    if ("setSinkId" in audio) audio.setSinkId(this.#speaker).catch(() => undefined);
  }
}
