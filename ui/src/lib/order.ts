/** The order of tiles: stable, so that people stay where one looked for them last. */
import type { TrackNumber } from "./protocol";

/** Keeps the tiles that are still there in their order and puts new ones at the end. */
export function keepOrder(before: readonly TrackNumber[], present: readonly TrackNumber[]): TrackNumber[] {
  const there = new Set(present);
  const known = new Set(before);
  return [...before.filter((track) => there.has(track)), ...present.filter((track) => !known.has(track))];
}

/** The tracks in `some` take the places that they have in `order` now, in the order of `some`; the others stay. */
export function reorder(order: readonly TrackNumber[], some: readonly TrackNumber[]): TrackNumber[] {
  const moved = new Set(some);
  let next = 0;
  return order.map((track) => (moved.has(track) ? (some[next++] ?? track) : track));
}

/** When each tile last spoke, in milliseconds; absent: never. */
export type LastSpoke = ReadonlyMap<TrackNumber, number>;

/**
 * Brings speakers from beyond the first `visible` places into view: each changes places with the one in view
 * who has been silent the longest. Nobody else moves. `fixed` tiles (my own) keep their places.
 */
export function bringIntoView(
  order: readonly TrackNumber[],
  visible: number,
  speaking: readonly TrackNumber[],
  lastSpoke: LastSpoke,
  fixed: ReadonlySet<TrackNumber>,
): TrackNumber[] {
  const next = [...order];
  for (const speaker of speaking) {
    const from = next.indexOf(speaker);
    if (from < visible) continue; // in view already, or not a tile
    const to = longestSilent(next.slice(0, visible), speaking, lastSpoke, fixed);
    const silent = next[to];
    if (silent === undefined) continue; // everyone in view speaks
    next[to] = speaker;
    next[from] = silent;
  }
  return next;
}

/** The place of the one silent the longest; the later place among equals. -1: nobody may yield. */
function longestSilent(
  inView: readonly TrackNumber[],
  speaking: readonly TrackNumber[],
  lastSpoke: LastSpoke,
  fixed: ReadonlySet<TrackNumber>,
): number {
  let place = -1;
  let since = Infinity;
  inView.forEach((track, index) => {
    if (fixed.has(track) || speaking.includes(track)) return;
    const spoke = lastSpoke.get(track) ?? -Infinity;
    if (spoke <= since) {
      place = index;
      since = spoke;
    }
  });
  return place;
}

/** Who has the large place in the speaker view: the one there stays while speaking, then the loudest other one. */
export function nextSpeaker(
  current: TrackNumber | null,
  speaking: readonly TrackNumber[],
  mine: TrackNumber | null,
): TrackNumber | null {
  if (current !== null && speaking.includes(current)) return current;
  return speaking.find((track) => track !== mine) ?? current;
}
