/** The meeting's countdown, by a clock that may be wrong. */
import type { MeetingState } from "./protocol";

export type Timer = NonNullable<MeetingState["timer"]>;

/** How long "time is up" stays, in ms. */
export const afterglow = 20_000;

/** A timer as this browser's clock has it. */
export interface Countdown {
  readonly timer: Timer;
  /** In ms since 1970, of this browser's clock. */
  readonly endsAt: number;
}

/**
 * Follows what the server says. A timer that starts before my eyes has its whole time left, whatever my clock says;
 * for one that was running before I came, the clock is all there is.
 */
export function follow(before: Countdown | null, timer: Timer | null, fresh: boolean, now: number): Countdown | null {
  if (!timer) return null;
  if (before && before.timer.endsAt === timer.endsAt) return before;
  const whole = now + timer.seconds * 1000;
  return { timer, endsAt: fresh ? whole : Math.min(whole, timer.endsAt) };
}

/** Whole seconds that are left: 0 once it is over, null when that is long past. */
export function secondsLeft(countdown: Countdown | null, now: number): number | null {
  if (!countdown || now > countdown.endsAt + afterglow) return null;
  return Math.max(0, Math.ceil((countdown.endsAt - now) / 1000));
}

/** As 4:05 or 1:02:03. */
export function clock(seconds: number): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
