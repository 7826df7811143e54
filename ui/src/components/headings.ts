import type { Key } from "../i18n/words";
import type { Screen } from "../state/app.svelte";
import type { Call } from "../state/call.svelte";

type Ending = Pick<Call, "failure" | "leftReason">;

/** Who is banned is refused at the door, and that is the better word for it. */
export function isBanned({ failure, leftReason }: Ending): boolean {
  return leftReason === "banned" || failure?.reason === "banned";
}

/** What the screen is about, for its heading and the tab's title; a meeting is about its room. */
export function headingKey(screen: Exclude<Screen, "meeting">, call: Ending & Pick<Call, "wait">): Key {
  if (screen === "home") return "app.tagline";
  if (screen === "lobby") return "lobby.title";
  if (screen === "waiting") return `waiting.${call.wait ?? "lobby"}`;
  if (isBanned(call)) return "left.banned";
  const reason = call.leftReason ?? "lost";
  return reason === "you-left" ? "left.left" : `left.${reason}`;
}
