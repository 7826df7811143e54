/** The meeting's countdown. */
import type { MeetingState } from "./protocol";

export type Timer = NonNullable<MeetingState["timer"]>;

/** How long "time is up" stays, in ms. */
export const afterglow = 20_000;

/**
 * Whole seconds that are left: 0 once it is over, null when that is long past. `now` is the server's clock, which we know
 * to within a moment: nobody sees more than the whole time.
 */
export function secondsLeft(timer: Timer | null, now: number): number | null {
  if (!timer || now > timer.endsAt + afterglow) return null;
  return Math.min(timer.seconds, Math.max(0, Math.ceil((timer.endsAt - now) / 1000)));
}

/** As 4:05 or 1:02:03. */
export function clock(seconds: number): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
