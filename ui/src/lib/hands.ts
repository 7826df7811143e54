/** Raised hands, in the order in which they went up. */
import type { Participant } from "./protocol";

/** The place of everyone whose hand is up, from 1, by id. */
export function handPlaces(people: readonly Participant[]): ReadonlyMap<string, number> {
  const raised = people.filter(({ hand }) => hand > 0).sort((a, b) => a.hand - b.hand || a.seat - b.seat);
  return new Map(raised.map(({ id }, index) => [id, index + 1]));
}

/** When my own hand goes up: after all that are up. Told by their clock, the server's, and not by mine. */
export function nextHand(people: readonly Participant[]): number {
  return 1 + Math.max(0, ...people.map(({ hand }) => hand));
}
