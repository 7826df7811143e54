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
/** Between narrow edges a square shows a larger face than 4:3 does, and still all of it. */
const narrowestUpright = 1;

/** More tiles than this on one page are too small to tell faces apart. */
export const tilesPerPage = 25;
export const tilesPerPageOnPhone = 6;

/** A window too small for the full page of tiles: a phone, in either orientation. */
export function isPhone(window: Size): boolean {
  return window.width < 600 || window.height < 400;
}

/** A phone held upright. */
function isUpright(window: Size): boolean {
  return isPhone(window) && window.height > window.width;
}

export function pageSize(window: Size): number {
  return isPhone(window) ? tilesPerPageOnPhone : tilesPerPage;
}

/** The largest rectangle within the cell that is no narrower than `least`, and no wider than cameras are. */
function fitShape(cell: Size, least: number): Size {
  const shape = cell.width / cell.height;
  if (shape > widest) return { width: cell.height * widest, height: cell.height };
  if (shape < least) return { width: cell.width, height: cell.width / least };
  return cell;
}

interface Arrangement {
  readonly columns: number;
  readonly rows: number;
  readonly tile: Size;
}

function bestArrangement(count: number, window: Size): Arrangement {
  const upright = isUpright(window);
  // A wide tile on an upright phone has room beside the face: there its height tells how large the face is.
  const worth = ({ width, height }: Size) => (upright ? Math.min(width, height) : width * height);
  let best: Arrangement = { columns: 1, rows: count, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: Math.max(1, (window.width - gap * (columns - 1)) / columns),
      height: Math.max(1, (window.height - gap * (rows - 1)) / rows),
    };
    const tile = fitShape(cell, upright ? narrowestUpright : narrowest);
    if (worth(tile) > worth(best.tile)) best = { columns, rows, tile };
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
 * Splits the window into a large area for `large` pictures and a filmstrip for `count` tiles: on the right in a wide
 * window; below in a tall one, in as many rows as the large pictures leave room for. With no tiles for the strip the
 * large area is all of it.
 */
export function filmstrip(count: number, window: Size, large = 1): Strip {
  if (count === 0) return { main: { x: 0, y: 0, ...window }, strip: [] };
  const wide = window.width >= window.height;
  const wanted = Math.max(window.width, window.height) * stripShare;
  const width = Math.floor(Math.min(stripWidth.most, Math.max(stripWidth.least, wanted), window.width));
  return wide
    ? besideMain(count, window, { width, height: Math.floor(width / widest) })
    : belowMain(count, window, width, large);
}

function besideMain(count: number, window: Size, wanted: Size): Strip {
  const tile = isPhone(window) ? smallEnough(count, window.height, wanted) : wanted;
  const fits = Math.min(count, inColumn(tile, window.height));
  const x = window.width - tile.width;
  return {
    main: { x: 0, y: 0, width: Math.max(1, x - gap), height: window.height },
    strip: Array.from({ length: fits }, (_, index) => ({ x, y: index * (tile.height + gap), ...tile })),
  };
}

/** How many tiles stand one below the other; at least one. */
function inColumn({ height }: Size, room: number): number {
  return Math.max(1, Math.floor((room + gap) / (height + gap)));
}

/** On a lying phone tiles give way, down to the least, until all of them stand in the column. */
function smallEnough(count: number, room: number, tile: Size): Size {
  if (inColumn(tile, room) >= count) return tile;
  const width = Math.floor(Math.max(stripWidth.least, ((room + gap) / count - gap) * widest));
  return width < tile.width ? { width, height: Math.floor(width / widest) } : tile;
}

function belowMain(count: number, window: Size, wanted: number, large: number): Strip {
  const columns = Math.max(1, Math.floor((window.width + gap) / (wanted + gap)));
  const width = Math.floor(Math.min(stripWidth.most, (window.width - gap * (columns - 1)) / columns));
  const height = Math.floor(width / widest);
  const spare = window.height - (large * window.width) / narrowest;
  const most = columns * Math.max(1, Math.floor(spare / (height + gap)));
  const fits = Math.min(count, most, Math.max(columns, pageSize(window)));
  const rows = Math.ceil(fits / columns);
  const top = window.height - rows * (height + gap) + gap;
  return {
    main: { x: 0, y: 0, width: window.width, height: Math.max(1, top - gap) },
    strip: Array.from({ length: fits }, (_, index) => {
      const row = Math.floor(index / columns);
      const inRow = row === rows - 1 ? fits - row * columns : columns;
      const left = Math.round((window.width - inRow * width - (inRow - 1) * gap) / 2);
      return { x: left + (index - row * columns) * (width + gap), y: top + row * (height + gap), width, height };
    }),
  };
}

/** Places `count` equal tiles within part of a window. */
export function gridWithin(count: number, area: Rect): Rect[] {
  return grid(count, area).map((rect) => ({ ...rect, x: rect.x + area.x, y: rect.y + area.y }));
}
