import type { Site } from "../browser/site";
import type { Call } from "./call.svelte";
import type { Chat } from "./chat.svelte";
import { isInside } from "./status";

/**
 * Until the returned function is called, the browser asks before the page goes with something of mine that is on its
 * way to the chat: it would be lost.
 */
export function holdBack(call: Pick<Call, "status">, chat: Pick<Chat, "sending">, site: Pick<Site, "hold">): () => void {
  return $effect.root(() => {
    $effect(() => site.hold(isInside(call.status) && chat.sending));
  });
}
