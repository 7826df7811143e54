/** How the numbers in a picture's planes stand for colours. */
import { orderOf, type Format } from "./planes";

/** What brightness has of red and of blue (the rest of it is green), and which numbers are in use. */
export interface Coding {
  readonly red: number;
  readonly blue: number;
  /** Black and white are 0 and 255, not 16 and 235. */
  readonly full: boolean;
}

const coefficients: Readonly<Record<string, readonly [red: number, blue: number]>> = {
  bt709: [0.2126, 0.0722],
  bt470bg: [0.299, 0.114],
  smpte170m: [0.299, 0.114],
  "bt2020-ncl": [0.2627, 0.0593],
};

interface ColourSpace {
  readonly matrix?: string | null;
  readonly fullRange?: boolean | null;
}

/** Null when nothing is known of such numbers. What says nothing is BT.601, as everywhere. */
export function codingOf({ matrix, fullRange }: ColourSpace): Coding | null {
  const found = coefficients[matrix ?? "smpte170m"];
  return found ? { red: found[0], blue: found[1], full: fullRange ?? false } : null;
}

/** What planes are in that are made of a frame: as the frame's, and of pixels as encoders do it. */
export function spaceOf<Space extends ColourSpace>(format: Format, space: Space): Space & ColourSpace {
  return orderOf(format) ? { ...space, matrix: "smpte170m", fullRange: false } : space;
}

/** Makes red, green and blue from 0 to 1 of the three bytes of a pixel: a row of four for each of them, and one that is added. */
export function matrixOf({ red, blue, full }: Coding): Float32Array {
  const green = 1 - red - blue;
  const [bright, colour] = full ? [1 / 255, 1 / 255] : [1 / 219, 1 / 224];
  const rows = [
    [bright, bright, bright],
    [0, (-2 * blue * (1 - blue) * colour) / green, 2 * (1 - blue) * colour],
    [2 * (1 - red) * colour, (-2 * red * (1 - red) * colour) / green, 0],
  ];
  const black = [full ? 0 : 16, 128, 128];
  const added = [0, 1, 2].map((to) => -rows.reduce((sum, row, from) => sum + (row[to] ?? 0) * (black[from] ?? 0), 0));
  return Float32Array.from([...rows, added].flatMap((row) => [...row, 0]));
}

/** Shares are in 1/16384: that much, and its sums of four pixels' bytes, are whole numbers of 32 bits. */
const shareOfPixels = 1 << 14;

/** The same the other way round, of pixels of four bytes in this order: what `fromPixels` wants. */
export function pixelsOf({ red, blue, full }: Coding, order: "RGB" | "BGR"): Int32Array {
  const green = 1 - red - blue;
  const [bright, colour] = full ? [1, 1] : [219 / 255, 224 / 255];
  const rows = [
    [red, green, blue].map((one) => one * bright),
    [-red, -green, 1 - blue].map((one) => (one * colour) / (2 * (1 - blue))),
    [1 - red, -green, -blue].map((one) => (one * colour) / (2 * (1 - red))),
  ];
  const shares = rows.flatMap((row) => {
    const [first, second, third] = (order === "RGB" ? row : row.reverse()).map((one) => Math.round(one * shareOfPixels)) as [number, number, number];
    // Two numbers of 16 bits in each.
    const four = [(first & 0xffff) | (second << 16), third & 0xffff];
    return [...four, ...four];
  });
  return Int32Array.from([...shares, full ? 0 : 16]);
}
