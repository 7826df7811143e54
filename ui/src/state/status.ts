/** `waiting`: I asked to come in and have to wait, see `Call.wait`. */
export type CallStatus = "idle" | "connecting" | "lobby" | "joining" | "waiting" | "meeting" | "reconnecting" | "left";

/** I have a seat in the meeting, though the server may be out of reach. */
export function isInside(status: CallStatus): boolean {
  return status === "meeting" || status === "reconnecting";
}
