/** Where tiles stand: pure geometry in CSS pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** Space between tiles: two steps of the 4 px grid. */
export const gap = 8;

/** Cameras send 16:9; a tile may crop that to 4:3 at most, so that no head is cut. */
const widest = 16 / 9;
const narrowest = 4 / 3;

/** More tiles than this on one page are too small to tell faces apart. */
export const tilesPerPage = 25;
export const tilesPerPageOnPhone = 6;

/** A window too small for the full page of tiles: a phone, in either orientation. */
export function isPhone(window: Size): boolean {
  return window.width < 600 || window.height < 400;
}

export function pageSize(window: Size): number {
  return isPhone(window) ? tilesPerPageOnPhone : tilesPerPage;
}

/** The largest rectangle of an allowed shape within the cell. */
function fitShape(cell: Size): Size {
  const shape = cell.width / cell.height;
  if (shape > widest) return { width: cell.height * widest, height: cell.height };
  if (shape < narrowest) return { width: cell.width, height: cell.width / narrowest };
  return cell;
}

interface Arrangement {
  readonly columns: number;
  readonly rows: number;
  readonly tile: Size;
}

function bestArrangement(count: number, window: Size): Arrangement {
  let best: Arrangement = { columns: 1, rows: count, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const tile = fitShape({
      width: Math.max(1, (window.width - gap * (columns - 1)) / columns),
      height: Math.max(1, (window.height - gap * (rows - 1)) / rows),
    });
    if (tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, rows, tile };
  }
  return best;
}

/** Places `count` equal tiles so that they use the most of the window. Rows are centred, the last one too. */
export function grid(count: number, window: Size): Rect[] {
  if (count === 0) return [];
  const { columns, rows, tile } = bestArrangement(count, window);
  const width = Math.floor(tile.width);
  const height = Math.floor(tile.height);
  const top = (window.height - rows * height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (window.width - inRow * width - (inRow - 1) * gap) / 2;
    return {
      x: Math.max(0, Math.round(left + (index - row * columns) * (width + gap))),
      y: Math.max(0, Math.round(top + row * (height + gap))),
      width,
      height,
    };
  });
}

export interface Strip {
  /** The large area. */
  readonly main: Rect;
  /** Places in the filmstrip, in order; at most as many as asked for. */
  readonly strip: readonly Rect[];
}

/** Filmstrip tiles are a fifth of the window's long side, and never so small that a face is lost or so big that they rival the main area. */
const stripShare = 0.2;
const stripWidth = { least: 112, most: 240 };

/**
 * Splits the window into a large area and a filmstrip for `count` tiles: on the right in a wide window, below
 * in a tall one. With no tiles for the strip the large area is all of it.
 */
export function filmstrip(count: number, window: Size): Strip {
  if (count === 0) return { main: { x: 0, y: 0, ...window }, strip: [] };
  const wide = window.width >= window.height;
  const wanted = Math.max(window.width, window.height) * stripShare;
  const width = Math.floor(Math.min(stripWidth.most, Math.max(stripWidth.least, wanted), window.width));
  const height = Math.floor(width / widest);
  return wide ? besideMain(count, window, { width, height }) : belowMain(count, window, { width, height });
}

function besideMain(count: number, window: Size, tile: Size): Strip {
  const fits = Math.min(count, Math.max(1, Math.floor((window.height + gap) / (tile.height + gap))));
  const x = window.width - tile.width;
  return {
    main: { x: 0, y: 0, width: Math.max(1, x - gap), height: window.height },
    strip: Array.from({ length: fits }, (_, index) => ({ x, y: index * (tile.height + gap), ...tile })),
  };
}

function belowMain(count: number, window: Size, tile: Size): Strip {
  const fits = Math.min(count, Math.max(1, Math.floor((window.width + gap) / (tile.width + gap))));
  const y = window.height - tile.height;
  const left = Math.round((window.width - fits * tile.width - (fits - 1) * gap) / 2);
  return {
    main: { x: 0, y: 0, width: window.width, height: Math.max(1, y - gap) },
    strip: Array.from({ length: fits }, (_, index) => ({ x: left + index * (tile.width + gap), y, ...tile })),
  };
}

/** Places `count` equal tiles within part of a window. */
export function gridWithin(count: number, area: Rect): Rect[] {
  return grid(count, area).map((rect) => ({ ...rect, x: rect.x + area.x, y: rect.y + area.y }));
}
