import type { Sounds } from "../browser/sounds";
import { trackNumber, type TrackNumber } from "../lib/protocol";
import type { Devices } from "./devices.svelte";
import type { Roster } from "./roster.svelte";

/** How loud everybody is. */
export class Voices {
  readonly #sounds: Sounds;
  readonly #roster: Roster;
  readonly #devices: Devices;
  #levels: ReadonlyMap<TrackNumber, number> = $state.raw(new Map());

  constructor(sounds: Sounds, roster: Roster, devices: Devices) {
    this.#sounds = sounds;
    this.#roster = roster;
    this.#devices = devices;
  }

  /** How loud this participant's voice was when I last listened, 0 to 1 (0: silent). */
  of(id: string): number {
    const { me, participants } = this.#roster;
    if (id === me?.id) return this.#devices.microphoneOn ? this.#devices.level : 0;
    const seat = participants.find((participant) => participant.id === id)?.seat;
    return seat === undefined ? 0 : (this.#levels.get(trackNumber(seat, "microphone")) ?? 0);
  }

  listen(): void {
    const levels = this.#sounds.levels();
    if (levels.size > 0 || this.#levels.size > 0) this.#levels = levels;
  }
}
