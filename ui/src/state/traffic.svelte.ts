import { untrack } from "svelte";
import type { Path } from "../lib/health";
import type { Failure, Kind, Participant, Role, TrackState } from "../lib/protocol";
import type { Reading } from "../lib/statistics";
import type { CallParts } from "./call-parts";
import { Easing } from "./easing";
import { follow } from "./following.svelte";
import { Link } from "./link.svelte";
import type { Ask } from "./meeting.svelte";
import { outlets, Publisher } from "./sending";
import type { Sharing } from "./sharing.svelte";
import type { CallStatus } from "./status";
import { Viewing } from "./viewing";
import { Voices } from "./voices.svelte";

/** `media`: the media path is down. `sending`, `receiving`: it is poor. */
export type MediaTrouble = "media" | "sending" | "receiving";

/** What Traffic needs of the call that it belongs to. */
export interface TrafficOwner {
  readonly ask: Ask;
  readonly sharing: Sharing;
  readonly status: () => CallStatus;
  /** The server did not let a track of mine out. */
  readonly refused: (track: Kind, state: TrackState, failure: Failure) => void;
}

/** What travels between me and the meeting: what I send, what I want to see, what I hear, and on which connection. */
export class Traffic {
  readonly #parts: CallParts;
  readonly #owner: TrafficOwner;
  readonly #link: Link;
  readonly #voices: Voices;
  readonly #viewing: Viewing;
  readonly #publisher: Publisher;
  readonly #stop: () => void;

  constructor(parts: CallParts, owner: TrafficOwner) {
    const { preferences, devices, roster, stage, pictures, sounds } = parts;
    const { ask, sharing, status } = owner;
    this.#parts = parts;
    this.#owner = owner;
    const link = (this.#link = new Link(parts.openPeer, [pictures, sounds], new Easing(preferences, stage)));
    this.#voices = new Voices(sounds, roster, devices);
    const viewing = (this.#viewing = new Viewing(async (tracks) => {
      await link.growTo(tracks.length);
      return (await ask("view", { tracks })).ok;
    }));
    const publisher = (this.#publisher = new Publisher(async (track, state) => {
      const result = await ask("publish", { track, state });
      if (!result.ok) owner.refused(track, state, result.failure);
      return result.ok;
    }));
    this.#stop = follow({
      ...{ status, listen: () => this.#voices.listen(), link, sharing, viewing, publisher },
      ...{ preferences, devices, roster, stage, pictures, sounds },
    });
  }

  /** Known in the lobby once the connection is proven. */
  get path(): Path | null {
    return this.#link.path;
  }

  get troubles(): readonly MediaTrouble[] {
    const { state, sendsPoorly, receivesPoorly } = this.#link;
    const signs: readonly [MediaTrouble, boolean][] = [
      ["media", state === "interrupted"],
      ["sending", sendsPoorly],
      ["receiving", receivesPoorly],
    ];
    return signs.flatMap(([trouble, there]) => (there ? [trouble] : []));
  }

  /** 0 to 1, 0: silent. */
  loudness(id: string): number {
    return this.#voices.of(id);
  }

  /** null: there is no connection. */
  async measure(): Promise<Reading | null> {
    const { pictures, sounds } = this.#parts;
    const asked = this.#owner.ask("network", {});
    const stats = await this.#link.stats();
    const answer = await asked;
    const way = answer.ok ? answer.value : null;
    return stats && { at: performance.now(), stats, carried: new Map([...sounds.carried(), ...pictures.carried()]), way };
  }

  /** The server can be asked. `forgotten`: it knows nothing of the connection that there was. */
  up(forgotten: boolean): void {
    if (forgotten) this.#link.renew();
    this.#link.up(async (sdp) => {
      const result = await this.#owner.ask("offer", { sdp });
      if (!result.ok) console.warn("The server refused an offer:", result.failure.text);
      return result.ok ? result.value.sdp : null;
    });
  }

  /** The server cannot be asked. */
  down(): void {
    this.#link.down();
  }

  /** Nobody has use for other layers of my track than these. */
  limit(track: Kind, layers: readonly number[]): void {
    void this.#link.peer?.setLayers(track, layers);
  }

  /** The server's own word on what it knows of my tracks. */
  learn(me: Participant): void {
    this.#publisher.learn(me);
  }

  /** Says what was not said. */
  settle(role: Role): void {
    this.#link.entered();
    this.#viewing.repeat();
    this.#publisher.publish(untrack(() => outlets(this.#parts.devices, this.#owner.sharing, role)));
  }

  networkChanged(): void {
    this.#link.networkChanged();
  }

  /** Another connection takes the place of this one. */
  cut(): void {
    this.#link.close();
  }

  /** The call is over. */
  end(): void {
    this.#link.close();
    this.#viewing.reset();
  }

  close(): void {
    this.#stop();
  }
}
