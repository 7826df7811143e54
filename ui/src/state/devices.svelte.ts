export type DeviceKind = "microphone" | "camera" | "speaker";

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface DeviceProblem {
  readonly device: "microphone" | "camera";
  /** wanted: `insecure`: the page came over http:// from elsewhere than localhost, so there is no mediaDevices. */
  readonly kind: "denied" | "missing" | "in-use" | "insecure" | "other";
}

/** The devices of this machine: what there is, what is chosen, what is on. Call turns them on and off. */
export class Devices {
  /** Labels are empty until the browser was allowed to use a device of that kind. */
  microphones: readonly Device[] = $state.raw([]);
  cameras: readonly Device[] = $state.raw([]);
  /** Empty where the browser cannot choose the speaker. */
  speakers: readonly Device[] = $state.raw([]);

  /** The id in use, or that would be used; "" for the system's default. */
  microphone: string = $state("");
  camera: string = $state("");
  speaker: string = $state("");

  /** Open devices' tracks. The microphone's stays open while muted (meter, instant unmute); the camera's does not. */
  microphoneTrack: MediaStreamTrack | null = $state.raw(null);
  cameraTrack: MediaStreamTrack | null = $state.raw(null);

  /** What the user wants; a device may be on here and still be opening, or have a problem. */
  microphoneOn: boolean = $state(false);
  cameraOn: boolean = $state(false);
  /** The browser is asking, or the device is starting. */
  opening: { microphone: boolean; camera: boolean } = $state({ microphone: false, camera: false });
  problems: readonly DeviceProblem[] = $state.raw([]);

  /** The microphone's loudness now, 0 (silent) to 1; it is 0 while there is no open microphone. */
  level: number = $state(0);

  /** The problem of this device, if it has one. */
  problem(device: "microphone" | "camera"): DeviceProblem | null {
    return this.problems.find((problem) => problem.device === device) ?? null;
  }

  /** Opens what preferences want on. Never fails: see problems. */
  async start(): Promise<void> {}
  async setMicrophone(_on: boolean): Promise<void> {}
  async setCamera(_on: boolean): Promise<void> {}
  /** Uses this device from now on and remembers it. */
  async select(_kind: DeviceKind, _id: string): Promise<void> {}
  /** Opens the device again after a problem. */
  async retry(_device: "microphone" | "camera"): Promise<void> {}
  /** Plays two notes on the chosen speaker. */
  async playTestSound(): Promise<void> {}

  /** Attachment for the lobby's preview: puts my own picture into this element. Mirror it by CSS. */
  readonly preview = (_container: HTMLElement): (() => void) => () => {};

  /** Switches everything off (light out). */
  stop(): void {}
  close(): void {}
}
