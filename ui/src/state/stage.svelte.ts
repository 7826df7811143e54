import { untrack } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import type { PictureEvent, Pictures } from "../browser/pictures";
import { filmstrip, pageSize, type Size } from "../lib/layout";
import { bringIntoView, keepOrder, nextSpeaker, reorder } from "../lib/order";
import { placeFeatured, placeGrid, type Placement, type Tile } from "../lib/placement";
import { kindOf, trackNumber, type Participant, type TrackNumber, type Wish } from "../lib/protocol";
import type { Allowance } from "../lib/relief";
import { saved } from "../lib/tuning";
import type { Preferences } from "./preferences.svelte";
import type { Roster } from "./roster.svelte";

export type { Placement, Tile } from "../lib/placement";

export type Layout = "grid" | "speaker";

/** Sources of more pixels than this do not exist; it also fits the server's 16 bits. */
const mostPixels = 4096;
/** The server has no more slots for one page. */
const mostWishes = 50;

/** More faces are too small to tell apart in a small window. */
const mostHighlights = 4;

/** What stands where on the stage, and which track is shown in which tile. */
export class Stage {
  layout: Layout = $state("grid");
  /** Pinned tiles by their track, in the order they were pinned. */
  pins: readonly TrackNumber[] = $state.raw([]);
  /** The page of the grid, from 0. */
  page: number = $state(0);
  /** Which shared screen is on the stage, when there are several. */
  chosenShare: TrackNumber | null = $state(null);
  /** How many times larger than its tile the screen on the stage is looked at: 1 is whole. */
  zoom: number = $state(1);

  /** Who looks: nobody at a tab that has been hidden for long, or only at the small window. */
  watched: "all" | "highlights" | "nothing" = $state("all");

  /** What this machine has the time to show; null: everything. */
  allowance: Allowance | null = $state.raw(null);

  readonly #roster: Roster;
  readonly #preferences: Preferences;
  readonly #pictures: Pictures;
  readonly #spotlight: () => readonly string[];
  readonly #now: () => number;
  #window: Size = $state.raw({ width: 0, height: 0 });
  #pixelRatio: number = $state(1);
  /** Camera tiles in their stable order. */
  #order: readonly TrackNumber[] = $state.raw([]);
  #speaker: TrackNumber | null = $state(null);
  #stale = false;
  readonly #lastSpoke = new Map<TrackNumber, number>();
  readonly #shown = new SvelteSet<TrackNumber>();
  readonly #stalled = new SvelteSet<TrackNumber>();
  #resting: ReadonlySet<TrackNumber> = $state.raw(new Set());

  /** `spotlight`: ids of the participants whom the host shows to all. */
  constructor(
    roster: Roster,
    preferences: Preferences,
    pictures: Pictures,
    spotlight: () => readonly string[] = () => [],
    now: () => number = Date.now,
  ) {
    this.#roster = roster;
    this.#preferences = preferences;
    this.#pictures = pictures;
    this.#spotlight = spotlight;
    this.#now = now;
  }

  readonly #people: readonly Participant[] = $derived.by(() => {
    const { me, participants } = this.#roster;
    return me ? [me, ...participants] : participants;
  });

  /** Everybody's camera, those that are not wanted on the stage too. */
  readonly #cameras: readonly Tile[] = $derived.by(() => {
    const byTrack = new Map(this.#people.map((participant) => [trackNumber(participant.seat, "camera"), participant]));
    return this.#order.flatMap((track) => {
      const participant = byTrack.get(track);
      if (!participant) return [];
      return [{ track, kind: "camera" as const, participant, mine: participant.id === this.#roster.me?.id }];
    });
  });

  /** The camera tiles I want to see. */
  readonly #wanted: readonly Tile[] = $derived.by(() => {
    const { hideSelf, hideWithoutVideo } = this.#preferences;
    const hidden = ({ mine, participant }: Tile) =>
      (mine && hideSelf) || (hideWithoutVideo && participant.tracks.camera !== "on");
    const wanted = this.#cameras.filter((tile) => !hidden(tile));
    // Anybody is better than an empty stage.
    return wanted.length > 0 ? wanted : this.#cameras.filter((tile, _, all) => !(tile.mine && hideSelf) || all.length === 1);
  });

  /** The shared screens of others, in the order of their seats. My own is not among them: it would show itself. */
  readonly shares: readonly Tile[] = $derived.by(() =>
    this.#roster.participants
      .filter((participant) => participant.tracks.screen === "on")
      .map((participant) => ({
        track: trackNumber(participant.seat, "screen"),
        kind: "screen" as const,
        participant,
        mine: false,
      })),
  );

  /** All tiles in their stable order, whether placed or not. */
  readonly tiles: readonly Tile[] = $derived([...this.shares, ...this.#cameras]);

  /** Whom the host shows to all. */
  readonly #spotlit: readonly Tile[] = $derived.by(() => {
    const spotlight = this.#spotlight();
    return spotlight.flatMap((id) => this.#cameras.find(({ participant }) => participant.id === id) ?? []);
  });

  /**
   * What has the large area; empty in the grid. My own pins come first. A share comes before the host's spotlight,
   * which then heads the filmstrip: who is shown to all mostly talks about what is shared. Last, who speaks.
   */
  readonly #featured: readonly Tile[] = $derived.by(() => {
    const pinned = this.pins.flatMap((pin) => this.tiles.find((tile) => tile.track === pin) ?? []);
    if (pinned.length > 0) return pinned;
    const share = this.shares.find((tile) => tile.track === this.chosenShare) ?? this.shares.at(-1);
    if (share) return [share];
    if (this.#spotlit.length > 0) return this.#spotlit;
    return this.layout === "grid" ? [] : this.#speakers;
  });

  /** Who speaks or spoke last, of the others if there are any; empty when nobody is there. */
  readonly #speakers: readonly Tile[] = $derived.by(() => {
    const speaker =
      this.#cameras.find((tile) => tile.track === this.#speaker) ??
      this.#wanted.find((tile) => !tile.mine) ??
      this.#wanted[0];
    return speaker ? [speaker] : [];
  });

  /** The filmstrip, as far as it has room: whom the host shows, screens that are not featured, then the others. */
  readonly #rest: readonly Tile[] = $derived.by(() => {
    // Beside a share the other shares have tabs of their own.
    const screens = this.#featured.every(({ kind }) => kind === "screen") && this.pins.length === 0 ? [] : this.shares;
    const rest = [...this.#spotlit, ...screens, ...this.#wanted.filter((tile) => !this.#spotlit.includes(tile))];
    return rest.filter((tile) => !this.#featured.includes(tile));
  });

  /** What a small window beside the page shows: what is large on the stage, or who speaks. */
  readonly highlights: readonly Tile[] = $derived(
    (this.#featured.length > 0 ? this.#featured : this.#speakers).slice(0, mostHighlights),
  );

  /** Several screens are shared, and one of them is on the stage. */
  readonly choosable: boolean = $derived(this.shares.length > 1 && this.#featured[0]?.kind === "screen" && this.pins.length === 0);

  /** Pages of the grid, or of the filmstrip. */
  readonly pageCount: number = $derived.by(() => {
    const large = this.#featured.length;
    const [count, places] =
      large > 0
        ? [this.#rest.length, filmstrip(this.#rest.length, this.#window, large).strip.length]
        : [this.#wanted.length, pageSize(this.#window)];
    return Math.max(1, Math.ceil(count / Math.max(1, places)));
  });

  /** What to draw now, in the order of tiles. Absolutely positioned; key by `tile.track`. */
  readonly placements: readonly Placement[] = $derived(
    this.#featured.length > 0
      ? placeFeatured(this.#featured, this.#rest, this.#window, Math.min(this.page, this.pageCount - 1))
      : placeGrid(this.#wanted, Math.min(this.page, this.pageCount - 1), this.#window),
  );

  /** The pictures I want, most wanted first, in physical pixels. */
  readonly wishes: readonly Wish[] = $derived(
    [...this.placements]
      .sort((a, b) => Number(b.main) - Number(a.main))
      .filter(({ tile }) => !tile.mine && this.live.has(tile.track) && this.#isWatched(tile))
      .slice(0, mostWishes)
      .map((placement) => this.#wish(placement)),
  );

  /** The video tracks that are on, but for cameras that I do not want to see or that this machine cannot show. */
  readonly live: ReadonlySet<TrackNumber> = $derived.by(() => {
    const few = this.eased?.few ? new Set(this.highlights.map(({ track }) => track)) : null;
    const seen = (track: TrackNumber) => this.seesCameras && (few === null || few.has(track));
    return new Set(
      this.#people.flatMap(({ id, seat, tracks }) =>
        (["camera", "screen"] as const)
          .filter((kind) => tracks[kind] === "on")
          .map((kind) => trackNumber(seat, kind))
          .filter((track) => kindOf(track) === "screen" || id === this.#roster.me?.id || seen(track)),
      ),
    );
  });

  /** What this machine can show, while it is too busy for everything and I want it eased. */
  get eased(): Allowance | null {
    return this.#preferences.relief ? this.allowance : null;
  }

  /** I want to see the cameras of others. */
  get seesCameras(): boolean {
    return this.#preferences.receiveVideo && !this.#preferences.audioOnly;
  }

  /** Nothing of the others' cameras is received unless I see them. */
  seeCameras(on: boolean): void {
    this.#preferences.receiveVideo = on;
    if (on) this.#preferences.audioOnly = false;
  }

  /** The stage's size in CSS pixels; `pixelRatio` makes physical ones. Call on every resize. */
  resize(width: number, height: number, pixelRatio: number): void {
    this.#window = { width, height };
    this.#pixelRatio = pixelRatio;
    this.update();
  }

  setLayout(layout: Layout): void {
    this.layout = layout;
  }

  setPage(page: number): void {
    this.page = Math.min(Math.max(0, page), this.pageCount - 1);
  }

  /** To the next (1) or previous (-1) page, round the end. */
  turn(by: 1 | -1): void {
    this.setPage((this.page + by + this.pageCount) % this.pageCount);
  }

  togglePin(track: TrackNumber): void {
    this.pins = this.pins.includes(track) ? this.pins.filter((pin) => pin !== track) : [...this.pins, track];
  }

  chooseShare(track: TrackNumber): void {
    this.chosenShare = track;
  }

  /**
   * Attachment: `<div {@attach stage.show(tile.track)}>`. The engine puts the `<video>` of the slot that
   * carries this track into the element once a frame is known to be of it, and takes it out when not. Style
   * it with `:global(video)`. Works for my own tiles too. The `<video>` has `data-track`.
   */
  show(track: TrackNumber): (container: HTMLElement) => () => void {
    return (container) => this.#pictures.show(track, container);
  }

  /** What plays in the track's tile, for a second place; only good while showing(). */
  stream(track: TrackNumber): MediaStream | null {
    return this.#pictures.stream(track);
  }

  /** The pictures live in this document from now on, the one that is seen. */
  moveTo(page: Document): void {
    this.#pictures.moveTo(page);
  }

  /** Whether this track's picture is in its tile now: if not, show initials. What rests is the past. */
  showing(track: TrackNumber): boolean {
    return this.#shown.has(track) && !this.#resting.has(track);
  }

  /** The server sends no pictures of these tracks: my network has no room for them. */
  rest(tracks: readonly TrackNumber[]): void {
    this.#resting = new Set(tracks);
  }

  /** Whether this track's picture rests because my network has no room for it. */
  rests(track: TrackNumber): boolean {
    return this.#resting.has(track) && this.live.has(track);
  }

  /** The pictures say what is to be seen. */
  see({ track, shown, stalled = false }: PictureEvent): void {
    if (shown) this.#shown.add(track);
    else this.#shown.delete(track);
    if (stalled) this.#stalled.add(track);
    else if (shown) this.#stalled.delete(track);
  }

  /** Whether this track's picture was there and is stuck, though its camera is on. */
  stalled(track: TrackNumber): boolean {
    return this.#stalled.has(track) && this.live.has(track);
  }

  /**
   * The roster changed, or who speaks: people keep their places as far as they can. Many calls in a row, as when
   * hundreds join at once, are one piece of work.
   */
  update(): void {
    if (this.#stale) return;
    this.#stale = true;
    queueMicrotask(() => {
      this.#stale = false;
      // It writes what it reads: an effect that calls it (a resize) must not follow that.
      untrack(() => this.#arrange());
    });
  }

  /** I left the meeting. */
  clear(): void {
    this.#order = [];
    this.#speaker = null;
    this.#lastSpoke.clear();
    this.pins = [];
    this.page = 0;
    this.chosenShare = null;
    this.zoom = 1;
    this.#stalled.clear();
    this.#resting = new Set();
  }

  close(): void {
    this.clear();
  }

  #arrange(): void {
    const { me, speaking } = this.#roster;
    const cameraOf = new Map(this.#people.map(({ id, seat }) => [id, trackNumber(seat, "camera")]));
    const voices = speaking.flatMap((id) => cameraOf.get(id) ?? []);
    for (const track of voices) this.#lastSpoke.set(track, this.#now());
    const mine = (me && cameraOf.get(me.id)) ?? null;
    this.#order = keepOrder(this.#order, [...cameraOf.values()]);
    this.#speaker = nextSpeaker(this.#speaker, voices, mine);
    this.#bringIntoView(voices);
    const there = new Set(this.tiles.map((tile) => tile.track));
    if (this.pins.some((pin) => !there.has(pin))) this.pins = this.pins.filter((pin) => there.has(pin));
    this.setPage(this.page);
  }

  /** Who speaks is seen without turning pages, or in the filmstrip. */
  #bringIntoView(voices: readonly TrackNumber[]): void {
    const large = this.#featured.length > 0;
    const row = large ? this.#rest : this.#wanted;
    const movable = large ? row.filter((tile) => tile.kind === "camera" && !this.#spotlit.includes(tile)) : row;
    const places = large ? filmstrip(row.length, this.#window, this.#featured.length).strip.length : pageSize(this.#window);
    const fixed = new Set(movable.filter(({ mine }) => mine).map(({ track }) => track));
    const tracks = movable.map(({ track }) => track);
    const inView = Math.max(0, places - (row.length - movable.length));
    this.#order = reorder(this.#order, bringIntoView(tracks, inView, voices, this.#lastSpoke, fixed));
  }

  #isWatched(tile: Tile): boolean {
    return this.watched === "all" || (this.watched === "highlights" && this.highlights.includes(tile));
  }

  #wish({ tile, main, width, height }: Placement): Wish {
    const scale = this.#pixelRatio * (main && tile.kind === "screen" ? this.zoom : 1);
    const all = { width: mostPixels, height: mostPixels };
    const most = tile.kind === "screen" ? all : this.#preferences.quality === "saver" ? saved : (this.eased ?? all);
    return {
      track: tile.track,
      width: Math.min(most.width, Math.round(width * scale)),
      height: Math.min(most.height, Math.round(height * scale)),
    };
  }
}
