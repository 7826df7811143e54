/** The list of the others in a meeting, changed by what the server says. */
import type { Participant } from "./protocol";

/** Adds a participant or replaces who has the same id; the order is that of seats, which is that of joining. */
export function withParticipant(list: readonly Participant[], one: Participant): Participant[] {
  return [...list.filter((other) => other.id !== one.id), one].sort((a, b) => a.seat - b.seat);
}

export function withoutParticipant(list: readonly Participant[], id: string): Participant[] {
  return list.filter((other) => other.id !== id);
}
