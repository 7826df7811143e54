import type { Captured, Chime, Device, DeviceKind, DeviceLists, Media, Meter } from "../browser/media";
import { OwnPicture } from "../browser/preview";
import { TalkDetector } from "../lib/loudness";
import { Capture } from "./capture.svelte";
import type { Notices } from "./notices.svelte";
import type { Preferences } from "./preferences.svelte";

export type { Device, DeviceKind } from "../browser/media";

export interface DeviceProblem {
  readonly device: Captured;
  /** `insecure`: the page came over http:// from elsewhere than localhost, where browsers give no devices. */
  readonly kind: "denied" | "missing" | "in-use" | "insecure" | "other";
}

const captured = ["microphone", "camera"] as const;

/** Ten levels a second look alive and cost nothing. In ms. */
const meterPause = 100;

/** The devices of this machine: what there is, what is chosen, what is on. Call turns them on and off. */
export class Devices {
  #lists: DeviceLists = $state.raw({ microphone: [], camera: [], speaker: [] });
  /** The id in use, or that would be used; "" for the system's default. */
  speaker: string = $state("");
  /** The microphone's loudness now, 0 (silent) to 1; it is 0 while there is no open microphone. */
  level: number = $state(0);
  /** Somebody talks into the microphone, muted or not. */
  talking: boolean = $state(false);

  readonly #media: Media;
  readonly #preferences: Preferences;
  readonly #notices: Notices;
  readonly #captures: Readonly<Record<Captured, Capture>>;
  readonly #picture = new OwnPicture();
  readonly #talk = new TalkDetector();
  #meter: Meter | null = null;
  readonly #stops: (() => void)[] = [];

  constructor(media: Media, preferences: Preferences, notices: Notices) {
    this.#media = media;
    this.#preferences = preferences;
    this.#notices = notices;
    this.speaker = preferences.speaker?.id ?? "";
    this.#captures = {
      microphone: new Capture("microphone", preferences.microphone?.id ?? "", media, (label) => this.#lost("microphone", label)),
      camera: new Capture("camera", preferences.camera?.id ?? "", media, (label) => this.#lost("camera", label)),
    };
    this.#stops.push(
      media.watch(() => void this.#changed()),
      $effect.root(() => {
        $effect(() => this.#measure(this.microphoneTrack));
        $effect(() => this.#picture.set(this.cameraTrack));
      }),
    );
  }

  /** Labels are empty until the browser was allowed to use a device of that kind. */
  get microphones(): readonly Device[] {
    return this.#lists.microphone;
  }
  get cameras(): readonly Device[] {
    return this.#lists.camera;
  }
  /** Whether this browser lets pages choose where they sound. */
  get choosesSpeaker(): boolean {
    return this.#media.choosesSpeaker;
  }
  /** Empty where the browser cannot choose the speaker. */
  get speakers(): readonly Device[] {
    return this.#lists.speaker;
  }

  /** The id in use, or that would be used; "" for the system's default. */
  get microphone(): string {
    return this.#captures.microphone.id;
  }
  get camera(): string {
    return this.#captures.camera.id;
  }

  /** Open devices' tracks. The microphone's stays open while muted (meter, instant unmute); the camera's does not. */
  get microphoneTrack(): MediaStreamTrack | null {
    return this.#captures.microphone.track;
  }
  get cameraTrack(): MediaStreamTrack | null {
    return this.#captures.camera.track;
  }

  /** What the user wants; a device may be on here and still be opening, or have a problem. */
  get microphoneOn(): boolean {
    return this.#captures.microphone.on;
  }
  get cameraOn(): boolean {
    return this.#captures.camera.on;
  }

  /** The browser is asking, or the device is starting. */
  get opening(): { readonly microphone: boolean; readonly camera: boolean } {
    return { microphone: this.#captures.microphone.opening, camera: this.#captures.camera.opening };
  }

  get problems(): readonly DeviceProblem[] {
    return captured.flatMap((device) => {
      const kind = this.#captures[device].trouble;
      return kind ? [{ device, kind }] : [];
    });
  }

  /** The problem of this device, if it has one. */
  problem(device: Captured): DeviceProblem | null {
    return this.problems.find((problem) => problem.device === device) ?? null;
  }

  /** Opens what preferences want on, with one question for both. Never fails: see problems. */
  async start(): Promise<void> {
    void this.#list();
    const wanted = captured.filter((device) => (device === "microphone" ? this.#preferences.microphoneOn : this.#preferences.cameraOn));
    await Capture.openTogether(
      wanted.map((device) => this.#captures[device]),
      this.#media,
    );
    await this.#list();
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.#preferences.microphoneOn = on;
    await this.#captures.microphone.setOn(on);
    await this.#list();
  }

  async setCamera(on: boolean): Promise<void> {
    this.#preferences.cameraOn = on;
    await this.#captures.camera.setOn(on);
    await this.#list();
  }

  /** Uses this device from now on and remembers it. */
  async select(kind: DeviceKind, id: string): Promise<void> {
    const label = this.#lists[kind].find((device) => device.id === id)?.label ?? "";
    this.#preferences[kind] = { id, label };
    if (kind === "speaker") this.speaker = id;
    else await this.#captures[kind].use(id);
  }

  /** Opens the device again after a problem. */
  async retry(device: Captured): Promise<void> {
    await this.#captures[device].setOn(true);
    await this.#list();
  }

  /** Plays two notes on the chosen speaker. */
  async playTestSound(): Promise<void> {
    await this.#media.play("test", this.speaker);
  }

  /** A soft sound that signals something; a browser that holds sound back says nothing. */
  chime(chime: Chime): void {
    this.#media.play(chime, this.speaker).catch(() => undefined);
  }

  /** Attachment for the lobby's preview: puts my own picture into this element. Mirror it by CSS. */
  readonly preview = (container: HTMLElement): (() => void) => this.#picture.mount(container);

  /** Switches everything off (light out). */
  stop(): void {
    for (const device of captured) this.#captures[device].stop();
  }

  close(): void {
    this.stop();
    for (const stop of this.#stops) stop();
    this.#measure(null);
  }

  async #list(): Promise<void> {
    this.#lists = await this.#media.list();
    const { speaker } = this.#lists;
    // A speaker that was pulled out plays nothing; the default one does.
    if (this.speaker !== "" && speaker.length > 0 && !speaker.some((device) => device.id === this.speaker)) this.speaker = "";
  }

  /** Devices came or went, or a permission changed. */
  async #changed(): Promise<void> {
    await this.#list();
    for (const device of captured) {
      const capture = this.#captures[device];
      const preferred = this.#preferences[device];
      const there = preferred && this.#lists[device].some((one) => one.id === preferred.id);
      if (capture.displaced && there) {
        await capture.use(preferred.id);
        if (capture.track) this.#notices.notify("device-back", { params: { label: preferred.label } });
      } else if (capture.on && capture.trouble) {
        await capture.setOn(true);
      }
    }
    const speaker = this.#preferences.speaker;
    if (speaker && this.#lists.speaker.some((device) => device.id === speaker.id)) this.speaker = speaker.id;
  }

  #lost(device: Captured, label: string): void {
    const now = this.#captures[device].track?.label;
    this.#notices.notify("device-lost", { tone: "warning", params: now ? { label, now } : { label } });
    void this.#list();
  }

  /** Follows the loudness of a track, or of none. */
  #measure(track: MediaStreamTrack | null): (() => void) | undefined {
    this.#meter?.close();
    this.#meter = null;
    this.#talk.forget();
    this.level = 0;
    this.talking = false;
    if (!track) return undefined;
    const meter = this.#media.meter(track);
    this.#meter = meter;
    const timer = setInterval(() => {
      this.level = meter.level();
      this.talking = this.#talk.hear(this.level);
    }, meterPause);
    return () => clearInterval(timer);
  }
}
