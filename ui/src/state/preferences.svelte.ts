export type Theme = "system" | "dark" | "light";
export type Language = "ko" | "en";

/** A device as remembered: ids change when the site's data is cleared, labels mostly do not. */
export interface DeviceChoice {
  readonly id: string;
  readonly label: string;
}

export interface RecentRoom {
  readonly name: string;
  /** Milliseconds since 1970, of the last join. */
  readonly at: number;
}

/**
 * What this browser remembers of its user. Assigning a field keeps it: each is written to storage at
 * once, and broken or absent storage only means that nothing is remembered.
 */
export class Preferences {
  name: string = $state("");
  theme: Theme = $state("system");
  language: Language = $state("en");
  microphone: DeviceChoice | null = $state.raw(null);
  camera: DeviceChoice | null = $state.raw(null);
  speaker: DeviceChoice | null = $state.raw(null);
  /** Whether the next lobby opens with them on. */
  microphoneOn: boolean = $state(true);
  cameraOn: boolean = $state(true);
  shortcuts: boolean = $state(true);
  /** My own tile is not shown on the stage. */
  hideSelf: boolean = $state(false);
  /** Newest first, at most 8. */
  recentRooms: readonly RecentRoom[] = $state.raw([]);

  /** Puts the room first in recentRooms. */
  rememberRoom(_name: string): void {}
  forgetRoom(_name: string): void {}
  close(): void {}
}
