/** Stand-ins for the rest of the browser in tests: each remembers what was asked of it. */
import type { Kind, SlotSource, TrackNumber } from "../lib/protocol";
import type { Exchange, OpenPeer, Peer, PeerEvent } from "./peer";
import type { Pictures } from "./pictures";
import type { Site, SiteEvent } from "./site";
import type { Sounds } from "./sounds";
import type { Store } from "./storage";
import type { Quality } from "../lib/tuning";
import type { Wallpaper, Wallpapers } from "./wallpapers";

export class FakeStore implements Store {
  readonly entries = new Map<string, string>();
  read(key: string): string | null {
    return this.entries.get(key) ?? null;
  }
  write(key: string, value: string): void {
    this.entries.set(key, value);
  }
  remove(key: string): void {
    this.entries.delete(key);
  }
  readonly #watchers = new Set<(key: string) => void>();
  watch(key: string, changed: () => void): () => void {
    const watcher = (told: string) => told === key && changed();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
  /** The browser tells that another tab has written this. */
  tell(key: string): void {
    for (const watcher of this.#watchers) watcher(key);
  }
}

export class FakePeer implements Peer {
  readonly sending = new Map<Kind, MediaStreamTrack | null>();
  readonly negotiations: boolean[] = [];
  videoSlots = 10;
  closed = false;
  report: object[] = [];
  readonly #exchange: Exchange;
  readonly #sink: (event: PeerEvent) => void;

  constructor(exchange: Exchange, sink: (event: PeerEvent) => void) {
    this.#exchange = exchange;
    this.#sink = sink;
  }

  async negotiate({ restart = false }: { restart?: boolean } = {}): Promise<boolean> {
    this.negotiations.push(restart);
    return (await this.#exchange("offer")) !== null;
  }
  async send(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    this.sending.set(kind, track);
  }
  music = false;
  async setMusic(on: boolean): Promise<boolean> {
    const other = this.music !== on;
    this.music = on;
    return other && this.negotiations.length > 0;
  }
  quality: Quality | null = null;
  async setQuality(quality: Quality): Promise<void> {
    this.quality = quality;
  }
  readonly layers = new Map<Kind, readonly number[]>();
  async setLayers(kind: Kind, layers: readonly number[]): Promise<void> {
    this.layers.set(kind, layers);
  }
  growTo(videoSlots: number): boolean {
    const more = videoSlots > this.videoSlots;
    this.videoSlots = Math.max(this.videoSlots, videoSlots);
    return more;
  }
  readonly held = new Map<string, number>();
  hold(mid: string, ms: number): void {
    this.held.set(mid, ms);
  }
  async stats(): Promise<RTCStatsReport> {
    return this.report as unknown as RTCStatsReport;
  }
  close(): void {
    this.closed = true;
  }
  become(state: "connecting" | "connected" | "interrupted" | "failed"): void {
    this.#sink({ type: "connection", state });
  }
}

/** Makes fake peers and keeps them, the newest last. */
export class FakePeers {
  readonly made: FakePeer[] = [];
  readonly open: OpenPeer = (exchange, sink) => {
    const peer = new FakePeer(exchange, sink);
    this.made.push(peer);
    return peer;
  };
  get newest(): FakePeer {
    const peer = this.made.at(-1);
    if (!peer) throw new Error("no peer was made");
    return peer;
  }
}

export class FakePictures implements Pictures {
  readonly sources: SlotSource[] = [];
  live: ReadonlySet<TrackNumber> = new Set();
  own: { readonly track: TrackNumber; readonly media: MediaStreamTrack | null } | null = null;
  addSlots(): void {}
  switch(sources: readonly SlotSource[]): void {
    this.sources.push(...sources);
  }
  setLive(tracks: ReadonlySet<TrackNumber>): void {
    this.live = tracks;
  }
  setOwn(track: TrackNumber, media: MediaStreamTrack | null): void {
    this.own = { track, media };
  }
  show(): () => void {
    return () => undefined;
  }
  stream(): MediaStream | null {
    return null;
  }
  carried(): ReadonlyMap<string, TrackNumber> {
    return new Map();
  }
  moveTo(): void {}
  clear(): void {}
}

export class FakeSounds implements Sounds {
  readonly loud = new Map<TrackNumber, number>();
  speaker = "";
  heard = 0;
  addSlots(): void {}
  setSpeaker(id: string): void {
    this.speaker = id;
  }
  hear(): void {
    this.heard++;
  }
  levels(): ReadonlyMap<TrackNumber, number> {
    return new Map(this.loud);
  }
  carried(): ReadonlyMap<string, TrackNumber> {
    return new Map();
  }
  clear(): void {}
}

export class FakeSite implements Site {
  readonly browser = "chromium";
  readonly origin = "https://noom.example";
  readonly history: string[];
  clipboard = "";
  held = false;
  #sink: (event: SiteEvent) => void = () => undefined;

  constructor(path: string) {
    this.history = [path];
  }
  path(): string {
    return this.#address.split("#")[0] ?? "/";
  }
  fragment(): string {
    return this.#address.slice(this.path().length);
  }
  go(path: string, how: "push" | "replace"): void {
    if (how === "replace") this.history.pop();
    this.history.push(path);
  }
  async copy(text: string): Promise<boolean> {
    this.clipboard = text;
    return true;
  }
  hold(on: boolean): void {
    this.held = on;
  }
  readonly canFullScreen = true;
  async toggleFullScreen(): Promise<void> {
    this.#sink({ type: "full-screen", on: true });
  }
  reload(): void {}
  async reaches(): Promise<boolean> {
    return true;
  }
  watch(sink: (event: SiteEvent) => void): () => void {
    this.#sink = sink;
    return () => undefined;
  }
  get #address(): string {
    return this.history.at(-1) ?? "/";
  }
  /** The user pastes another address of the same page. */
  paste(address: string): void {
    this.history.push(address);
    this.#sink({ type: "moved" });
  }
  /** The user goes back. */
  back(): void {
    this.history.pop();
    this.#sink({ type: "moved" });
  }
  changeNetwork(): void {
    this.#sink({ type: "network" });
  }
  closePage(): void {
    this.#sink({ type: "closing" });
  }
}

export class FakeWallpapers implements Wallpapers {
  kept: Wallpaper[] = [];
  /** What add() does with the next picture. */
  takes = true;
  #next = 1;
  async list(): Promise<readonly Wallpaper[]> {
    return [...this.kept];
  }
  async add(picture: Blob): Promise<Wallpaper | null> {
    if (!this.takes) return null;
    const wallpaper = { number: this.#next++, picture };
    this.kept.push(wallpaper);
    return wallpaper;
  }
  async remove(number: number): Promise<void> {
    this.kept = this.kept.filter((one) => one.number !== number);
  }
  async scene(scene: string): Promise<Blob | null> {
    return this.takes ? new Blob([scene]) : null;
  }
}
