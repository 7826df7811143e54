/** Media for tests: devices that are plugged in and pulled out by hand. */
import type { Captured, Chime, Device, DeviceLists, Media, Meter, Opened, ScreenTracks, Trouble } from "./media";

/** The part of a MediaStreamTrack that the page uses. */
export class FakeTrack extends EventTarget {
  readonly kind: string;
  readonly label: string;
  readonly deviceId: string;
  readyState: "live" | "ended" = "live";
  contentHint = "";

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
  screen: ScreenTracks | null | "failed" = null;
  /** Every request for devices, in order. */
  readonly asked: Partial<Record<Captured, string>>[] = [];
  readonly opened: FakeTrack[] = [];
  loudness = 0;
  readonly #watchers = new Set<() => void>();

  async list(): Promise<DeviceLists> {
    return { ...this.devices };
  }

  async open(wanted: Partial<Record<Captured, string>>): Promise<Partial<Record<Captured, Opened>>> {
    this.asked.push(wanted);
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
    return { level: () => this.loudness, close: () => undefined };
  }

  readonly played: Chime[] = [];
  async play(chime: Chime): Promise<void> {
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
    const device = this.devices[kind].find((one) => one.id === id) ?? this.devices[kind][0];
    if (!device) return { ok: false, trouble: "missing" };
    const track = new FakeTrack(kind === "camera" ? "video" : "audio", device);
    this.opened.push(track);
    return { ok: true, track: asTrack(track) };
  }
}
