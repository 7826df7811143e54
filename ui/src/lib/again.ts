/** Whether the server means its no, and when to ask again. */
import type { Failure } from "./protocol";

/**
 * When to ask again what the server has refused, in ms; null: it would say the same. It is in trouble, or was asked too
 * often. Where hosts have turned people away, asking them again is up to the user. `chance`, 0 to 1, spreads those who
 * were refused in the same moment.
 */
export function askAgain({ code, reason, retry }: Failure, chance: number): number | null {
  if (code !== "internal" && code !== "limited" && reason !== "busy") return null;
  if (reason === "refused" || reason === "neighbours") return null;
  return retry === undefined ? 1000 + 2000 * chance : retry * 1000;
}

/** How long a server that is busy wants us to wait, in ms; a second when it does not say. */
export function pauseOf({ retry = 0 }: Failure): number {
  return Math.max(1000, retry * 1000);
}

/** Resolves after so many ms, or when it is stopped. */
export function sleep(ms: number, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop?.addEventListener("abort", end);
  });
}
