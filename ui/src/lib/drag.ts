/** A sheet that is dragged down: whether it goes when the finger lets go of it. */

/** Past this share of its height it has been thrown away. */
const share = 0.3;
/** A flick is faster than this and goes at least this far: in CSS pixels per ms, and CSS pixels. */
const flick = { speed: 0.5, least: 24 };

/** `by`: how far down from where it was taken, in CSS pixels; `speed` at the end, in CSS pixels per ms. */
export function dismisses(by: number, height: number, speed: number): boolean {
  return by > height * share || (speed > flick.speed && by > flick.least);
}
