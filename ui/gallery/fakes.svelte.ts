/** The page's states without a server or devices: what each screen shows is set from outside. */
import type { PictureEvent, Pictures } from "../src/browser/pictures";
import type { Failure, Insider, Participant, TrackNumber } from "../src/lib/protocol";
import type { App, Notice, Screen } from "../src/state/app.svelte";
import type { Call, LeftReason, Path, Trouble } from "../src/state/call.svelte";
import type { Device, DeviceKind, DeviceProblem, Devices } from "../src/state/devices.svelte";
import type { Language, Preferences, RecentRoom, Theme } from "../src/state/preferences.svelte";
import type { CallStatus } from "../src/state/status";

/** Some of what a class shows to others: what the components use. */
type Public<Class> = Partial<{ [Key in keyof Class]: Class[Key] }>;

export class FakeApp implements Public<App> {
  notices: readonly Notice[] = $state.raw([]);
  room: string | null = $state(null);
  screen: Screen = $state("home");
  fullScreen = $state(false);
  readonly browser = "chromium" as const;
  readonly link = "https://meet.example.org/r/" + "quiet-maple-harbor-4821";
  enterRoom(): boolean {
    return false;
  }
  async newMeeting(): Promise<{ ok: false; failure: Failure }> {
    return { ok: false, failure: { code: "unreachable", text: "gallery" } };
  }
  plainMeeting(): void {}
  enterMine(): void {}
  linkTo(room: string): string {
    return `https://meet.example.org/r/${encodeURIComponent(room)}`;
  }
  goHome(): void {
    this.screen = "home";
  }
  readonly canFullScreen = true;
  toggleFullScreen(): void {
    this.fullScreen = !this.fullScreen;
  }
  async copyLink(): Promise<boolean> {
    return true;
  }
  async copy(): Promise<boolean> {
    return true;
  }
  notify(): void {}
  keepNotices(): () => void {
    return () => undefined;
  }
  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }
  close(): void {}
}

export class FakeCall implements Public<Call> {
  status: CallStatus = $state("meeting");
  leftReason: LeftReason | null = $state(null);
  failure = $state.raw<Call["failure"]>(null);
  wait = $state<Call["wait"]>(null);
  room = $state("quiet-maple-harbor-4821");
  path: Path | null = $state.raw({ kind: "udp", rtt: 14 });
  inside: readonly Insider[] = $state.raw([]);
  me: Participant | null = $state.raw(null);
  participants: readonly Participant[] = $state.raw([]);
  speaking: readonly string[] = $state.raw([]);
  troubles: readonly Trouble[] = $state.raw([]);
  mutedTalking = $state(false);
  soundBlocked = $state(false);
  sharing = $state(false);
  microphoneOn = $state(true);
  cameraOn = $state(true);
  readonly canShare = true;
  async measure(): Promise<null> {
    return null;
  }
  loudness(): number {
    return 0.6;
  }
  open(): void {}
  shut(): void {}
  async join(): Promise<void> {
    this.status = "joining";
  }
  leave(): void {}
  async stopWaiting(): Promise<void> {}
  async rejoin(): Promise<void> {}
  async setMicrophone(on: boolean): Promise<void> {
    this.microphoneOn = on;
  }
  async setCamera(on: boolean): Promise<void> {
    this.cameraOn = on;
  }
  async shareScreen(): Promise<void> {
    this.sharing = true;
  }
  async stopSharing(): Promise<void> {
    this.sharing = false;
  }
  async rename(): Promise<void> {}
  hear(): void {
    this.soundBlocked = false;
  }
  close(): void {}
}

export class FakeDevices implements Public<Devices> {
  microphones: readonly Device[] = $state.raw([
    { id: "a", label: "Built-in Microphone" },
    { id: "b", label: "Studio Display Microphone Array (USB)" },
  ]);
  cameras: readonly Device[] = $state.raw([{ id: "c", label: "FaceTime HD Camera" }]);
  speakers: readonly Device[] = $state.raw([
    { id: "d", label: "Built-in Speakers" },
    { id: "e", label: "WH-1000XM6" },
  ]);
  microphone = $state("a");
  camera = $state("c");
  speaker = $state("d");
  microphoneTrack: MediaStreamTrack | null = $state.raw(null);
  cameraTrack: MediaStreamTrack | null = $state.raw(null);
  microphoneOn = $state(true);
  cameraOn = $state(true);
  opening = $state({ microphone: false, camera: false });
  problems: readonly DeviceProblem[] = $state.raw([]);
  level = $state(0.22);
  microphoneDead = $state(false);
  picture = "";
  readonly choosesSpeaker = true;

  problem(device: "microphone" | "camera"): DeviceProblem | null {
    return this.problems.find((problem) => problem.device === device) ?? null;
  }
  async start(): Promise<void> {}
  async setMicrophone(): Promise<void> {}
  async setCamera(): Promise<void> {}
  async select(kind: DeviceKind, id: string): Promise<void> {
    this[kind] = id;
  }
  async retry(): Promise<void> {}
  async restoreSound(): Promise<void> {}
  async playTestSound(): Promise<void> {}
  chime(): void {}
  readonly preview = (container: HTMLElement) => (this.picture ? hang(container, this.picture) : () => {});
  stop(): void {}
  close(): void {}
}

export class FakePreferences implements Public<Preferences> {
  name = $state("");
  theme: Theme = $state("system");
  language: Language = $state("en");
  microphone: Preferences["microphone"] = $state.raw(null);
  camera: Preferences["camera"] = $state.raw(null);
  speaker: Preferences["speaker"] = $state.raw(null);
  microphoneOn = $state(true);
  cameraOn = $state(true);
  shortcuts = $state(true);
  mutedHint = $state(true);
  announcements: "all" | "important" | "none" = $state("all");
  captionSize: Preferences["captionSize"] = $state("normal");
  sounds = $state(true);
  noise: Preferences["noise"] = $state("browser");
  echoCancellation = $state(true);
  autoGain = $state(true);
  originalSound = $state(false);
  backdrop: Preferences["backdrop"] = $state("none");
  quality: Preferences["quality"] = $state("hd");
  receiveVideo = $state(true);
  audioOnly = $state(false);
  notifications = $state(false);
  hideSelf = $state(false);
  hideWithoutVideo = $state(false);
  chatAloud: Preferences["chatAloud"] = $state("all");
  recentRooms: readonly RecentRoom[] = $state.raw([]);
  rememberRoom(): void {}
  forgetRoom(name: string): void {
    this.recentRooms = this.recentRooms.filter((room) => room.name !== name);
  }
  close(): void {}
}

/** Stills in the place of streams. */
export class Stills implements Pictures {
  readonly #stills: ReadonlyMap<TrackNumber, string>;
  readonly #sink: (event: PictureEvent) => void;

  constructor(stills: ReadonlyMap<TrackNumber, string>, sink: (event: PictureEvent) => void) {
    this.#stills = stills;
    this.#sink = sink;
  }
  show(track: TrackNumber, container: HTMLElement): () => void {
    const still = this.#stills.get(track);
    if (!still) return () => undefined;
    this.#sink({ track, shown: true });
    return hang(container, still);
  }
  stream(): MediaStream | null {
    return null;
  }
  carried(): ReadonlyMap<string, TrackNumber> {
    return new Map();
  }
  moveTo(): void {}
  addSlots(): void {}
  switch(): void {}
  setLive(): void {}
  setOwn(): void {}
  clear(): void {}
}

/** A still in the place of a stream. */
function hang(container: HTMLElement, picture: string): () => void {
  const video = document.createElement("video");
  video.poster = picture;
  container.append(video);
  return () => video.remove();
}
