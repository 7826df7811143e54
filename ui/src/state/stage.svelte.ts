import type { Participant, TrackNumber } from "../lib/protocol";

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

/** What stands where on the stage, and which track is shown in which tile. */
export class Stage {
  layout: Layout = $state("grid");
  /** Pinned tiles by their track, in the order they were pinned. */
  pins: readonly TrackNumber[] = $state.raw([]);
  /** The page of the grid, from 0. */
  page: number = $state(0);
  /** Which shared screen is on the stage, when there are several. */
  chosenShare: TrackNumber | null = $state(null);

  /** All tiles in their stable order, whether placed or not. */
  get tiles(): readonly Tile[] {
    return [];
  }
  /** What to draw now, in the order of tiles. Absolutely positioned; key by `tile.track`. */
  get placements(): readonly Placement[] {
    return [];
  }
  get pageCount(): number {
    return 1;
  }
  /** The shared screens, in the order they began. */
  get shares(): readonly Tile[] {
    return [];
  }

  /** The stage's size in CSS pixels; `pixelRatio` makes physical ones. Call on every resize. */
  resize(_width: number, _height: number, _pixelRatio: number): void {}
  setLayout(layout: Layout): void {
    this.layout = layout;
  }
  setPage(_page: number): void {}
  togglePin(_track: TrackNumber): void {}
  chooseShare(_track: TrackNumber): void {}

  /**
   * Attachment: `<div {@attach stage.show(tile.track)}>`. The engine puts the `<video>` of the slot that
   * carries this track into the element once a frame is known to be of it, and takes it out when not. Style
   * it with `:global(video)`. Works for my own tiles too. The `<video>` has `data-track`.
   */
  show(_track: TrackNumber): (container: HTMLElement) => () => void {
    return () => () => {};
  }
  /** Whether this track's picture is in its tile now: if not, show initials. */
  showing(_track: TrackNumber): boolean {
    return false;
  }
  close(): void {}
}
