/** Whether the server means its no. */
import type { Failure } from "./protocol";

/**
 * When to ask again what the server has refused, in ms; null: it would say the same. It is in trouble, or was asked too
 * often. `chance`, 0 to 1, spreads those who were refused in the same moment.
 */
export function askAgain({ code, retry }: Failure, chance: number): number | null {
  if (code !== "internal" && code !== "limited") return null;
  return retry === undefined ? 1000 + 2000 * chance : retry * 1000;
}
