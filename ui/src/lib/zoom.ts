/** Looking closely at a picture: what part of it is seen, in CSS pixels of its frame. */
import type { Size } from "./layout";

/** The picture is drawn `scale` times as large, its top left corner at (x, y) of the frame. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const whole: View = { scale: 1, x: 0, y: 0 };
/** Larger than this one sees pixels and no text. */
const closest = 8;
/** Nearer to whole than this is whole: fingers do not meet 1 exactly. */
const nearlyWhole = 1.05;

/** Zooms by a factor; what is at the point stays there. */
export function zoom(view: View, factor: number, at: Point, frame: Size): View {
  const scale = Math.min(closest, Math.max(1, view.scale * factor));
  if (factor < 1 && scale < nearlyWhole) return whole;
  const grown = scale / view.scale;
  return inside({ scale, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown }, frame);
}

export function pan(view: View, by: Point, frame: Size): View {
  return inside({ ...view, x: view.x + by.x, y: view.y + by.y }, frame);
}

/** No gap opens between the picture and its frame. */
function inside({ scale, x, y }: View, { width, height }: Size): View {
  const within = (at: number, length: number) => Math.min(0, Math.max(length * (1 - scale), at)) || 0;
  return { scale, x: within(x, width), y: within(y, height) };
}

/** Where two fingers are: the point between them, and how far apart. */
export function span(a: Point, b: Point): Point & { readonly apart: number } {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
}
