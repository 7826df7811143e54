/** Which tile stands where: the geometry of layout.ts, filled with pictures. */
import { filmstrip, grid, gridWithin, pageSize, type Rect, type Size } from "./layout";
import type { Participant, TrackNumber } from "./protocol";

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
  /** `cover` may crop (as far as layout.ts lets it), `contain` shows all of it. */
  readonly fit: "cover" | "contain";
}

/** One page of the grid, from 0. */
export function placeGrid(tiles: readonly Tile[], page: number, window: Size): Placement[] {
  const size = pageSize(window);
  const shown = tiles.slice(page * size, (page + 1) * size);
  return fill(shown, grid(shown.length, window), true);
}

/** A large area for the featured ones, and a filmstrip for as many of the rest as it holds: one page of them, from 0. */
export function placeFeatured(featured: readonly Tile[], rest: readonly Tile[], window: Size, page = 0): Placement[] {
  const { main, strip } = filmstrip(rest.length, window, featured.length);
  const shown = rest.slice(page * strip.length, (page + 1) * strip.length);
  // A screen alone takes all there is: it is shown whole, whatever its shape.
  const whole = featured.length === 1 && featured[0]?.kind === "screen";
  return [
    ...fill(featured, whole ? [main] : gridWithin(featured.length, main), true),
    ...fill(shown, strip, false),
  ];
}

function fill(tiles: readonly Tile[], rects: readonly Rect[], main: boolean): Placement[] {
  return rects.flatMap((rect, index) => {
    const tile = tiles[index];
    return tile ? [{ tile, ...rect, main, fit: tile.kind === "screen" ? ("contain" as const) : ("cover" as const) }] : [];
  });
}
