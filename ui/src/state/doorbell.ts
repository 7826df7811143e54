import type { Waiting } from "../lib/protocol";
import type { Devices } from "./devices.svelte";
import type { Preferences } from "./preferences.svelte";

/** A class that comes in at once rings once. In ms. */
const pause = 5000;

/** Rings when somebody wants to come in, for those who want to hear it. */
export class Doorbell {
  readonly #devices: Devices;
  readonly #preferences: Preferences;
  readonly #now: () => number;
  #rang = -pause;

  constructor(devices: Devices, preferences: Preferences, now: () => number = () => performance.now()) {
    this.#devices = devices;
    this.#preferences = preferences;
    this.#now = now;
  }

  /** Who waited before, and who waits now. */
  hear(before: readonly Waiting[], now: readonly Waiting[]): void {
    const fresh = now.some(({ id }) => !before.some((other) => other.id === id));
    if (!fresh || !this.#preferences.sounds || this.#now() - this.#rang < pause) return;
    this.#rang = this.#now();
    this.#devices.chime("knock");
  }
}
