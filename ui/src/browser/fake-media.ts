/** Media for tests: devices that are plugged in and pulled out by hand. */
import type { Look } from "../lib/backdrop";
import type {
  Captured,
  Chime,
  Device,
  DeviceLists,
  Media,
  Meter,
  Opened,
  Process,
  Processed,
  ScreenTracks,
  Trouble,
  Tuning,
} from "./media";

/** The part of a MediaStreamTrack that the page uses. */
export class FakeTrack extends EventTarget {
  readonly kind: string;
  readonly label: string;
  readonly deviceId: string;
  readyState: "live" | "ended" = "live";
  contentHint = "";
  /** The system gives nothing of it. */
  muted = false;

  constructor(kind: string, device: Device) {
    super();
    this.kind = kind;
    this.label = device.label;
    this.deviceId = device.id;
  }

  getSettings(): { deviceId: string } {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = "ended"; // stopping a track oneself fires no event
  }

  /** The device is gone. */
  end(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }
}

/** A process in progress. */
export class FakeProcessed implements Processed {
  readonly made = new FakeTrack("video", { id: "", label: "made" });
  readonly track = asTrack(this.made);
  closed = false;
  constructor(
    public source: MediaStreamTrack,
    readonly fail: () => void,
  ) {}
  use(source: MediaStreamTrack): void {
    this.source = source;
  }
  close(): void {
    this.closed = true;
    this.made.stop();
  }
}

/** A process that can be started; it keeps all that it made, the newest last. */
export class FakeProcess {
  readonly made: FakeProcessed[] = [];
  mood: "works" | "throws" | "declines" | "hangs" = "works";
  readonly start: Process = async (source, failed) => {
    if (this.mood === "throws") throw new Error("no");
    if (this.mood === "hangs") await new Promise(() => undefined);
    if (this.mood === "declines") return null;
    const processed = new FakeProcessed(source, failed);
    this.made.push(processed);
    return processed;
  };
  get newest(): FakeProcessed {
    const newest = this.made.at(-1);
    if (!newest) throw new Error("nothing was made");
    return newest;
  }
  get open(): number {
    return this.made.filter((processed) => !processed.closed).length;
  }
}

/** A fake track for whoever wants a real one. */
export function asTrack(track: FakeTrack): MediaStreamTrack {
  return track as unknown as MediaStreamTrack;
}

export class FakeMedia implements Media {
  readonly choosesSpeaker = true;
  readonly canShare = true;
  devices: { -readonly [K in keyof DeviceLists]: Device[] } = {
    microphone: [{ id: "mic1", label: "Desk" }],
    camera: [{ id: "cam1", label: "Lid" }],
    speaker: [{ id: "spk1", label: "Room" }],
  };
  troubles: Partial<Record<Captured, Trouble>> = {};
  /** The ids of devices that other programs hold. */
  readonly busy = new Set<string>();
  screen: ScreenTracks | null | "failed" = null;
  /** Every request for devices, in order. */
  readonly asked: Partial<Record<Captured, string>>[] = [];
  readonly tunings: Tuning[] = [];
  readonly opened: FakeTrack[] = [];
  readonly rnnoise = new FakeProcess();
  loudness = 0;
  /** What meters hear at most; null: the browser does not listen. */
  peak: number | null = 0.01;
  woken = 0;
  /** Meters not closed yet. */
  meters = 0;
  readonly #watchers = new Set<() => void>();

  async list(): Promise<DeviceLists> {
    return { ...this.devices };
  }

  async open(wanted: Partial<Record<Captured, string>>, tuning: Tuning): Promise<Partial<Record<Captured, Opened>>> {
    this.asked.push(wanted);
    this.tunings.push(tuning);
    const result: Partial<Record<Captured, Opened>> = {};
    for (const kind of ["microphone", "camera"] as const) {
      if (wanted[kind] !== undefined) result[kind] = this.#openOne(kind, wanted[kind]);
    }
    return result;
  }

  async openScreen(): Promise<ScreenTracks | null | "failed"> {
    return this.screen;
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  meter(): Meter {
    this.meters++;
    return { level: () => this.loudness, peak: () => this.peak, close: () => void this.meters-- };
  }

  readonly denoise: Process = (source, failed) => this.rnnoise.start(source, failed);
  readonly background = new FakeProcess();
  shown: Look | null = null;
  readonly hideBackground: Process = (source, failed) => this.background.start(source, failed);
  look(look: Look): void {
    this.shown = look;
  }
  cost(): null {
    return null;
  }
  wake(): void {
    this.woken++;
  }

  readonly played: Chime[] = [];
  /** Whether there is anything to play on. */
  sounds = true;
  async play(chime: Chime): Promise<void> {
    if (!this.sounds) throw new Error("no sound is played");
    this.played.push(chime);
  }
  close(): void {}

  /** Takes a device away: its tracks end, and the lists change. */
  unplug(kind: Captured, id: string): void {
    this.devices[kind] = this.devices[kind].filter((device) => device.id !== id);
    for (const track of this.opened) if (track.deviceId === id && track.readyState === "live") track.end();
    this.changed();
  }

  plugIn(kind: Captured, device: Device): void {
    this.devices[kind] = [...this.devices[kind], device];
    this.changed();
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #openOne(kind: Captured, id: string): Opened {
    const trouble = this.troubles[kind];
    if (trouble) return { ok: false, trouble };
    if (this.busy.has(id)) return { ok: false, trouble: "in-use" };
    const device = this.devices[kind].find((one) => one.id === id) ?? this.devices[kind][0];
    if (!device) return { ok: false, trouble: "missing" };
    const track = new FakeTrack(kind === "camera" ? "video" : "audio", device);
    this.opened.push(track);
    return { ok: true, track: asTrack(track) };
  }
}
