import type { Handset, HandsetEvent } from "../browser/handset";
import type { Call } from "./call.svelte";
import type { Devices } from "./devices.svelte";
import { isInside } from "./status";

/** Systems hand camera and microphone back a moment after the page is seen again. In ms. */
const handedBack = 1500;

/** What is needed of the call. */
type Carried = Pick<
  Call,
  "status" | "room" | "microphoneOn" | "cameraOn" | "setMicrophone" | "setCamera" | "leave" | "hear" | "hurry"
>;

/**
 * A call on a machine that is carried about, until the returned function is called: the screen stays lit in a meeting,
 * the lock screen has its buttons, and what the system has stopped goes on once the page is seen again.
 */
export function carry(call: Carried, devices: Pick<Devices, "revive">, handset: Handset): () => void {
  const inside = () => isInside(call.status);
  let revival: ReturnType<typeof setTimeout> | undefined;

  function receive({ type }: HandsetEvent): void {
    if (!inside()) return;
    switch (type) {
      case "microphone":
        return void call.setMicrophone(!call.microphoneOn);
      case "camera":
        return void call.setCamera(!call.cameraOn);
      case "hang-up":
        return call.leave();
      case "seen":
        call.hurry();
        call.hear();
        clearTimeout(revival);
        revival = setTimeout(() => void devices.revive(), handedBack);
    }
  }

  const stopWatching = handset.watch(receive);
  const stopFollowing = $effect.root(() => {
    $effect(() => handset.stayLit(inside()));
    $effect(() => {
      const { room, microphoneOn, cameraOn } = call;
      handset.show(inside() ? { title: room, microphone: microphoneOn, camera: cameraOn } : null);
    });
  });
  return () => {
    clearTimeout(revival);
    stopWatching();
    stopFollowing();
  };
}
