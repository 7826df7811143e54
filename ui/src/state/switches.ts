import type { Captured } from "../browser/media";
import type { Kind } from "../lib/protocol";
import type { Appeal } from "./appeal.svelte";
import type { Devices } from "./devices.svelte";
import type { Notices } from "./notices.svelte";
import type { Preferences } from "./preferences.svelte";
import type { Sharing } from "./sharing.svelte";

interface Parts {
  readonly appeal: Appeal;
  readonly devices: Devices;
  readonly sharing: Sharing;
  readonly notices: Notices;
  readonly preferences: Preferences;
  readonly inMeeting: () => boolean;
}

/** What I turn on and off: the buttons of the bar. In the lobby anything may be tried: the settings are known inside. */
export class Switches {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async microphone(on: boolean): Promise<void> {
    const { appeal, devices } = this.#parts;
    if (on && !this.#permits("microphone")) return;
    if (on) appeal.settle("microphone");
    else appeal.muted();
    await devices.setMicrophone(on);
    if (on) this.#explain("microphone");
  }

  async camera(on: boolean): Promise<void> {
    const { appeal, devices, preferences } = this.#parts;
    if (on && !this.#permits("camera")) return;
    if (on) appeal.settle("camera");
    if (on) preferences.audioOnly = false;
    await devices.setCamera(on);
    if (on) this.#explain("camera");
  }

  /** Asks what to share; quiet when the user cancels. */
  async screen(): Promise<void> {
    if (this.#permits("screen")) await this.#parts.sharing.start();
  }

  #permits(kind: Kind): boolean {
    return !this.#parts.inMeeting() || this.#parts.appeal.permits(kind);
  }

  /** Says in the meeting why a device stays off; the lobby has a place for that. */
  #explain(device: Captured): void {
    const { devices, notices, inMeeting } = this.#parts;
    const kind = devices.problem(device)?.kind;
    if (kind && inMeeting()) notices.notify("device-trouble", { tone: "warning", params: { device, kind } });
  }
}
