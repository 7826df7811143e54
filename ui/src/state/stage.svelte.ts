import { untrack } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import type { PictureEvent, Pictures } from "../browser/pictures";
import { filmstrip, grid, gridWithin, pageSize, type Rect, type Size } from "../lib/layout";
import { bringIntoView, keepOrder, nextSpeaker } from "../lib/order";
import { trackNumber, type Participant, type TrackNumber, type Wish } from "../lib/protocol";
import type { Preferences } from "./preferences.svelte";
import type { Roster } from "./roster.svelte";

/** One picture on the stage. `track` is its key: the camera's number, even while that camera is off, or a screen's. */
export interface Tile {
  readonly track: TrackNumber;
  readonly kind: "camera" | "screen";
  readonly participant: Participant;
  readonly mine: boolean;
}

/** Where a tile stands, in CSS pixels from the stage's top left corner. */
export interface Placement {
  readonly tile: Tile;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** In the large area (speaker, pinned, shared) and not in the filmstrip; in the grid all are. */
  readonly main: boolean;
  /** `cover` may crop (to 4:3 at most), `contain` shows all of it. */
  readonly fit: "cover" | "contain";
}

export type Layout = "grid" | "speaker";

/** Sources of more pixels than this do not exist; it also fits the server's 16 bits. */
const mostPixels = 4096;
/** The server has no more slots for one page. */
const mostWishes = 50;

/** What stands where on the stage, and which track is shown in which tile. */
export class Stage {
  layout: Layout = $state("grid");
  /** Pinned tiles by their track, in the order they were pinned. */
  pins: readonly TrackNumber[] = $state.raw([]);
  /** The page of the grid, from 0. */
  page: number = $state(0);
  /** Which shared screen is on the stage, when there are several. */
  chosenShare: TrackNumber | null = $state(null);

  readonly #roster: Roster;
  readonly #preferences: Preferences;
  readonly #pictures: Pictures;
  readonly #now: () => number;
  #window: Size = $state.raw({ width: 0, height: 0 });
  #pixelRatio: number = $state(1);
  /** Camera tiles in their stable order. */
  #order: readonly TrackNumber[] = $state.raw([]);
  #speaker: TrackNumber | null = $state(null);
  readonly #lastSpoke = new Map<TrackNumber, number>();
  readonly #shown = new SvelteSet<TrackNumber>();

  constructor(roster: Roster, preferences: Preferences, pictures: Pictures, now: () => number = Date.now) {
    this.#roster = roster;
    this.#preferences = preferences;
    this.#pictures = pictures;
    this.#now = now;
  }

  readonly #people: readonly Participant[] = $derived.by(() => {
    const { me, participants } = this.#roster;
    return me ? [me, ...participants] : participants;
  });

  readonly #cameras: readonly Tile[] = $derived.by(() => {
    const byTrack = new Map(this.#people.map((participant) => [trackNumber(participant.seat, "camera"), participant]));
    return this.#order.flatMap((track) => {
      const participant = byTrack.get(track);
      if (!participant) return [];
      const mine = participant.id === this.#roster.me?.id;
      // Alone, my own picture is better than an empty stage.
      if (mine && this.#preferences.hideSelf && byTrack.size > 1) return [];
      return [{ track, kind: "camera" as const, participant, mine }];
    });
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

  /** What has the large area; empty in the grid. Pins come first, then a share, then who speaks. */
  readonly #featured: readonly Tile[] = $derived.by(() => {
    const pinned = this.pins.flatMap((pin) => this.tiles.find((tile) => tile.track === pin) ?? []);
    if (pinned.length > 0) return pinned;
    const share = this.shares.find((tile) => tile.track === this.chosenShare) ?? this.shares.at(-1);
    if (share) return [share];
    if (this.layout === "grid") return [];
    const speaker =
      this.#cameras.find((tile) => tile.track === this.#speaker) ??
      this.#cameras.find((tile) => !tile.mine) ??
      this.#cameras[0];
    return speaker ? [speaker] : [];
  });

  /** Pages of the grid; 1 in other views. */
  readonly pageCount: number = $derived(
    this.#featured.length > 0 ? 1 : Math.max(1, Math.ceil(this.#cameras.length / pageSize(this.#window))),
  );

  /** What to draw now, in the order of tiles. Absolutely positioned; key by `tile.track`. */
  readonly placements: readonly Placement[] = $derived(
    this.#featured.length > 0 ? this.#placeFeatured() : this.#placeGrid(),
  );

  /** The pictures I want, most wanted first, in physical pixels. */
  readonly wishes: readonly Wish[] = $derived(
    [...this.placements]
      .sort((a, b) => Number(b.main) - Number(a.main))
      .filter(({ tile }) => !tile.mine && this.live.has(tile.track))
      .slice(0, mostWishes)
      .map(({ tile, width, height }) => ({
        track: tile.track,
        width: Math.min(mostPixels, Math.round(width * this.#pixelRatio)),
        height: Math.min(mostPixels, Math.round(height * this.#pixelRatio)),
      })),
  );

  /** The video tracks that are on. */
  readonly live: ReadonlySet<TrackNumber> = $derived(
    new Set(
      this.#people.flatMap(({ seat, tracks }) =>
        (["camera", "screen"] as const).filter((kind) => tracks[kind] === "on").map((kind) => trackNumber(seat, kind)),
      ),
    ),
  );

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

  /** Whether this track's picture is in its tile now: if not, show initials. */
  showing(track: TrackNumber): boolean {
    return this.#shown.has(track);
  }

  /** The pictures say what is to be seen. */
  see({ track, shown }: PictureEvent): void {
    if (shown) this.#shown.add(track);
    else this.#shown.delete(track);
  }

  /** The roster changed, or who speaks: people keep their places as far as they can. */
  update(): void {
    // It writes what it reads: an effect that calls it (a resize) must not follow that.
    untrack(() => this.#arrange());
  }

  /** I left the meeting. */
  clear(): void {
    this.#order = [];
    this.#speaker = null;
    this.#lastSpoke.clear();
    this.pins = [];
    this.page = 0;
    this.chosenShare = null;
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
    const order = keepOrder(this.#order, [...cameraOf.values()]);
    const fixed = new Set(mine === null ? [] : [mine]);
    this.#order = bringIntoView(order, this.#inView(), voices, this.#lastSpoke, fixed);
    this.#speaker = nextSpeaker(this.#speaker, voices, mine);
    const there = new Set(this.tiles.map((tile) => tile.track));
    if (this.pins.some((pin) => !there.has(pin))) this.pins = this.pins.filter((pin) => there.has(pin));
    this.setPage(this.page);
  }

  /** How many camera tiles are seen without turning pages. */
  #inView(): number {
    if (this.#featured.length === 0) return pageSize(this.#window);
    return filmstrip(this.#cameras.length, this.#window, this.#featured.length).strip.length;
  }

  #placeGrid(): Placement[] {
    const size = pageSize(this.#window);
    const page = Math.min(this.page, this.pageCount - 1);
    const tiles = this.#cameras.slice(page * size, (page + 1) * size);
    return place(tiles, grid(tiles.length, this.#window), true);
  }

  #placeFeatured(): Placement[] {
    const rest = this.#cameras.filter((tile) => !this.#featured.includes(tile));
    const { main, strip } = filmstrip(rest.length, this.#window, this.#featured.length);
    // A screen alone takes all there is: it is shown whole, whatever its shape.
    const large = this.#featured.length === 1 && this.#featured[0]?.kind === "screen";
    return [
      ...place(this.#featured, large ? [main] : gridWithin(this.#featured.length, main), true),
      ...place(rest, strip, false),
    ];
  }
}

function place(tiles: readonly Tile[], rects: readonly Rect[], main: boolean): Placement[] {
  return rects.flatMap((rect, index) => {
    const tile = tiles[index];
    return tile ? [{ tile, ...rect, main, fit: tile.kind === "screen" ? ("contain" as const) : ("cover" as const) }] : [];
  });
}
