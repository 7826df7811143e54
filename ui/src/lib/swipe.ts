/** Turning pages with a finger. */
import type { Point } from "./zoom";

/** A finger that moves less wanted to tap; one that moves more up or down wanted something else. In CSS pixels. */
const least = 48;
/** Slower than this it rests on the page, in ms. */
const longest = 800;

/** 1: to the next page, -1: to the one before, 0: no swipe. */
export function swiped(from: Point, to: Point, duration: number): 1 | -1 | 0 {
  const [across, down] = [to.x - from.x, to.y - from.y];
  if (duration > longest || Math.abs(across) < least || Math.abs(across) < 1.5 * Math.abs(down)) return 0;
  return across < 0 ? 1 : -1;
}
