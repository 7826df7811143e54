/**
 * Pictures in planes (I420), as cameras give them and encoders want them: a byte of brightness for each pixel, and two
 * of colour for each square of four.
 */

export interface Plane {
  /** Where it begins, in bytes from the picture's beginning. */
  readonly offset: number;
  /** Bytes from row to row: kernels work on sixteen at a time. */
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Brightness, and how blue and how red it is. */
  readonly planes: readonly [Plane, Plane, Plane];
}

export function layoutOf(width: number, height: number): Layout {
  const [across, down] = [half(width), half(height)];
  const [wide, narrow] = [sixteens(width), sixteens(across)];
  const bright = { offset: 0, stride: wide, width, height };
  const blue = { offset: wide * height, stride: narrow, width: across, height: down };
  const red = { ...blue, offset: blue.offset + narrow * down };
  return { width, height, bytes: red.offset + narrow * down, planes: [bright, blue, red] };
}

/** Half of a size, as planes of colour have it. */
export function half(size: number): number {
  return (size + 1) >> 1;
}

function sixteens(size: number): number {
  return (size + 15) & ~15;
}

/** Where all stands that painting pictures of one size needs: bytes from a beginning. */
export interface Arrangement {
  readonly format: Format;
  readonly from: Layout;
  /** The same as `from` when a picture keeps its size: it is painted in place. */
  readonly to: Layout;
  /** Where those planes begin; `from`'s do at 0. */
  readonly target: number;
  /** What a picture has that is not wanted as it is: colours side by side, an alpha, or all of it when it is in pixels. */
  readonly rest: number;
  /** A background as large as the picture. */
  readonly painted: number;
  /** As wide as the planes, as high as the small picture: masks for brightness and for colour, and a blurred background. */
  readonly masks: readonly [number, number];
  readonly blurred: readonly [number, number, number];
  readonly work: number;
  readonly bytes: number;
}

export function arrange(format: Format, from: Layout, to: Layout, small: { readonly width: number; readonly height: number }): Arrangement {
  let bytes = 0;
  const place = (size: number) => {
    const at = bytes;
    bytes += sixteens(size);
    return at;
  };
  const [{ stride: fromStride }, colour] = from.planes;
  const [{ stride }, { stride: narrow }] = to.planes;
  place(from.bytes);
  const target = to === from ? 0 : place(to.bytes);
  // A background is painted in strips of pixels.
  const rest = place(Math.max(restOf(format, from), strip * rowOfPixels(colour)));
  const painted = place(to.bytes);
  const rows = (length: number) => place(length * small.height);
  const masks = [rows(stride), rows(narrow)] as const;
  const blurred = [rows(stride), rows(narrow), rows(narrow)] as const;
  const work = place(fromStride * 3 + (small.width + 1) * 4);
  return { format, from, to, target, rest, painted, masks, blurred, work, bytes: bytes + slack };
}

/** Behind what kernels read of: sixteen bytes at a time. */
export const slack = 16;
/** Rows of pixels that there is always room for. */
export const strip = 32;

/** The ways in which frames stand in memory that we know: planes, or pixels. */
const formats = ["I420", "I420A", "NV12", "RGBA", "RGBX", "BGRA", "BGRX"] as const;
export type Format = (typeof formats)[number];

export function isFormat(format: unknown): format is Format {
  return formats.some((one) => one === format);
}

/** The order of red, green and blue in frames of pixels; null for planes. */
export function orderOf(format: Format): "RGB" | "BGR" | null {
  if (format === "RGBA" || format === "RGBX") return "RGB";
  return format === "BGRA" || format === "BGRX" ? "BGR" : null;
}

/** Bytes of a row of pixels: two for each byte of colour. */
export function rowOfPixels({ stride }: Plane): number {
  return stride * 2 * 4;
}

function restOf(format: Format, { height, planes: [bright, colour] }: Layout): number {
  if (format === "I420") return 0;
  if (format === "I420A") return bright.stride * height;
  return format === "NV12" ? colour.stride * 2 * colour.height : rowOfPixels(colour) * height;
}

/** Where a frame's planes or pixels go. */
export function copyOf({ format, from: { planes }, rest }: Arrangement): { offset: number; stride: number }[] {
  const [bright, blue, red] = planes;
  if (format === "I420") return [bright, blue, red];
  if (format === "I420A") return [bright, blue, red, { offset: rest, stride: bright.stride }];
  return format === "NV12" ? [bright, { offset: rest, stride: blue.stride * 2 }] : [{ offset: rest, stride: rowOfPixels(blue) }];
}
