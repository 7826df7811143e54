import { facing } from "../browser/media";
import type { Captured, Chime, Device, DeviceKind, DeviceLists, Media, Tuning } from "../browser/media";
import { untrack } from "svelte";
import { OwnPicture } from "../browser/preview";
import type { Cost } from "../lib/pace";
import { pictureTuning, remembered, soundTuning } from "../lib/tuning";
import { Capture } from "./capture.svelte";
import { Hearing } from "./hearing.svelte";
import type { Notices } from "./notices.svelte";
import type { Preferences } from "./preferences.svelte";
import { Processing } from "./processing.svelte";

export type { Device, DeviceKind } from "../browser/media";

export interface DeviceProblem {
  readonly device: Captured;
  /** `insecure`: the page came over http:// from elsewhere than localhost, where browsers give no devices. */
  readonly kind: "denied" | "missing" | "in-use" | "insecure" | "other";
}

const captured = ["microphone", "camera"] as const;

/** The devices of this machine: what there is, what is chosen, what is on. Call turns them on and off. */
export class Devices {
  #lists: DeviceLists = $state.raw({ microphone: [], camera: [], speaker: [] });
  /** The id in use, or that would be used; "" for the system's default. */
  speaker: string = $state("");

  readonly #media: Media;
  readonly #preferences: Preferences;
  readonly #notices: Notices;
  readonly #captures: Readonly<Record<Captured, Capture>>;
  readonly #picture = new OwnPicture();
  readonly #hearing: Hearing;
  readonly #voice: Processing;
  readonly #face: Processing;
  readonly #stops: (() => void)[] = [];
  /** The camera looks the way that was asked for last, whichever is remembered. */
  #turned = false;
  /** The chosen speaker was pulled out, and I was told. */
  #unheard = false;

  constructor(media: Media, preferences: Preferences, notices: Notices) {
    this.#media = media;
    this.#preferences = preferences;
    this.#notices = notices;
    this.speaker = preferences.speaker?.id ?? "";
    const capture = (device: Captured) =>
      new Capture(device, preferences[device]?.id ?? "", media, () => this.#tuning, (label) => this.#lost(device, label));
    this.#captures = { microphone: capture("microphone"), camera: capture("camera") };
    this.#hearing = new Hearing(media);
    this.#voice = new Processing(false, () => notices.notify("noise-failed", { tone: "warning" }));
    this.#face = new Processing(true, () => this.#unhidden());
    this.#stops.push(
      media.watch(() => void this.#changed()),
      $effect.root(() => {
        $effect(() => {
          const { track } = this.#captures.microphone;
          const wanted = preferences.noise === "rnnoise" && !preferences.originalSound;
          untrack(() => this.#voice.follow(track, wanted ? media.denoise : null));
        });
        $effect(() => {
          const { track } = this.#captures.camera;
          const wanted = preferences.backdrop !== "none";
          if (track || !wanted) untrack(() => notices.withdraw("backdrop-failed"));
          untrack(() => this.#face.follow(track, wanted ? media.hideBackground : null));
        });
        $effect(() => this.#hearing.follow(this.#captures.microphone.track, this.microphoneTrack));
        $effect(() => {
          void this.#tuning; // whatever it is made of: those that are open know how
          untrack(() => captured.forEach((device) => void this.#captures[device].retune()));
        });
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
    return this.#voice.track;
  }
  get cameraTrack(): MediaStreamTrack | null {
    return this.#face.track;
  }

  /** The microphone's loudness now, 0 (silent) to 1; it is 0 while there is no open microphone. */
  get level(): number {
    return this.#hearing.level;
  }
  /** Somebody talks into the microphone, muted or not. */
  get talking(): boolean {
    return this.#hearing.talking;
  }
  /** The microphone is on and open, and gives nothing: see restoreSound(). */
  get microphoneDead(): boolean {
    return this.microphoneOn && this.#hearing.dead;
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
    return { microphone: this.#captures.microphone.opening, camera: this.#captures.camera.opening || this.#face.starting };
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

  /** Wanted on, and not in trouble: a refused device is off, whatever I want. */
  works(device: Captured): boolean {
    return this.#captures[device].on && this.problem(device) === null;
  }

  /** Opens what preferences want on, with one question for both. Never fails: see problems. */
  async start(): Promise<void> {
    void this.#list();
    const wanted = captured.filter((device) => (device === "microphone" ? this.#preferences.microphoneOn : this.#preferences.cameraOn));
    await Capture.openTogether(
      wanted.map((device) => this.#captures[device]),
      this.#media,
      this.#tuning,
    );
    await this.#list();
    // Ids that have changed are known by their labels, which can be read only now.
    for (const device of wanted) await this.#recall(device);
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

  /** Turns it off without remembering that: it was not the user's wish. */
  async silence(device: Captured): Promise<void> {
    await this.#captures[device].setOn(false);
    await this.#list();
  }

  /** Uses this device from now on and remembers it. */
  async select(kind: DeviceKind, id: string): Promise<void> {
    const before = this.#preferences[kind];
    const label = this.#lists[kind].find((device) => device.id === id)?.label ?? "";
    this.#preferences[kind] = { id, label };
    if (kind === "speaker") {
      this.speaker = id;
      this.#unheard = false;
      return;
    }
    if (kind === "camera") this.#turned = false;
    const capture = this.#captures[kind];
    const trouble = await capture.use(id);
    if (!trouble || !capture.track) return; // a device that is not open has a place that says why
    if (this.#preferences[kind]?.id === id) this.#preferences[kind] = before; // nothing else was chosen meanwhile
    this.#notices.notify("device-refused", { tone: "warning", params: { label, now: capture.track.label } });
  }

  /** My picture is shown as in a mirror; not what a phone's other camera sees of the world. */
  get mirrored(): boolean {
    return this.#captures.camera.track?.getSettings().facingMode !== "environment";
  }

  /** The camera has another one on the other side of the phone. */
  get turnable(): boolean {
    return this.cameras.length > 1 && Boolean(this.#captures.camera.track?.getSettings().facingMode);
  }

  /** Uses the camera on the other side. It is not remembered: a meeting begins with my face. */
  async turnCamera(): Promise<void> {
    this.#turned = true;
    const kind = await this.#captures.camera.use(facing(this.mirrored ? "environment" : "user"));
    if (kind) this.#notices.notify("device-trouble", { tone: "warning", params: { device: "camera", kind } });
  }

  /** The page is seen again: opens anew what the system has taken away meanwhile, as telephone calls do. */
  async revive(): Promise<void> {
    await Promise.all(captured.map((device) => this.#captures[device].revive()));
  }

  /** Opens the device again after a problem. */
  async retry(device: Captured): Promise<void> {
    await this.#captures[device].setOn(true);
    await this.#list();
  }

  /** Opens the microphone anew, and lets all sound of the page go on. */
  async restoreSound(): Promise<void> {
    this.#media.wake();
    await this.#captures.microphone.reopen();
    await this.#list();
  }

  /** Plays two notes on the chosen speaker; says so when it cannot. */
  async playTestSound(): Promise<void> {
    try {
      await this.#media.play("test", this.speaker);
    } catch {
      this.#notices.notify("sound-failed", { tone: "warning" });
    }
  }

  /** A soft sound that signals something; a browser that holds sound back says nothing. */
  chime(chime: Chime): void {
    this.#media.play(chime, this.speaker).catch(() => undefined);
  }

  /** What hiding my background costs now; null while it is not hidden. */
  backdropCost(): Cost | null {
    return this.#media.cost();
  }

  /** Attachment for the lobby's preview: puts my own picture into this element. Mirror it by CSS. */
  readonly preview = (container: HTMLElement): (() => void) => this.#picture.mount(container);

  /** Switches everything off (light out). */
  stop(): void {
    this.#turned = false;
    for (const device of captured) this.#captures[device].stop(this.#preferences[device]?.id ?? "");
  }

  close(): void {
    this.stop();
    for (const stop of this.#stops) stop();
    this.#voice.close();
    this.#face.close();
    this.#picture.set(null);
  }

  get #tuning(): Tuning {
    const { noise, echoCancellation, autoGain, originalSound, quality } = this.#preferences;
    const choice = { noise, echoCancellation, autoGain, originalSound };
    return { microphone: soundTuning(choice, this.#voice.failed), camera: pictureTuning(quality) };
  }

  async #list(): Promise<void> {
    this.#lists = await this.#media.list();
    const { speaker } = this.#lists;
    // A speaker that was pulled out plays nothing; the default one does, until it is back.
    if (speaker.length > 0) this.speaker = remembered(this.#preferences.speaker, speaker)?.id ?? "";
  }

  /** Uses the remembered device if another one stands in for it. */
  async #recall(device: Captured): Promise<boolean> {
    if (device === "camera" && this.#turned) return false;
    const capture = this.#captures[device];
    const known = remembered(this.#preferences[device], this.#lists[device]);
    if (!known || !capture.track || known.id === capture.id) return false;
    await capture.use(known.id);
    return capture.id === known.id;
  }

  /** Devices came or went, or a permission changed. */
  async #changed(): Promise<void> {
    const { speaker } = this;
    await this.#list();
    this.#sayWhereItSounds(speaker);
    for (const device of captured) {
      const capture = this.#captures[device];
      const label = this.#preferences[device]?.label ?? "";
      if (await this.#recall(device)) this.#notices.notify("device-back", { params: { label } });
      else if (capture.on && capture.trouble) await capture.setOn(true);
    }
  }

  /** Says that the chosen speaker was pulled out, or is back. */
  #sayWhereItSounds(before: string): void {
    const label = this.#preferences.speaker?.label;
    if (!label || before === this.speaker) return;
    if (this.speaker === "") {
      this.#unheard = true;
      this.#notices.notify("speaker-lost", { tone: "warning", params: { label } });
    } else if (this.#unheard) {
      this.#unheard = false;
      this.#notices.notify("speaker-back", { params: { label } });
    }
  }

  /** My background cannot be hidden: better no picture than one of my room. */
  #unhidden(): void {
    const show = () => {
      this.#preferences.backdrop = "none";
      void this.setCamera(true);
    };
    this.#notices.notify("backdrop-failed", { tone: "danger", action: { name: "show-room", run: show } });
    void this.silence("camera");
  }

  #lost(device: Captured, label: string): void {
    if (device === "camera") this.#turned = false;
    const now = this.#captures[device].track?.label;
    this.#notices.notify("device-lost", { tone: "warning", params: now ? { label, now } : { label } });
    void this.#list();
  }
}
