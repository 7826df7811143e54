import { untrack } from "svelte";
import type { Pictures } from "../browser/pictures";
import type { Sounds } from "../browser/sounds";
import { kinds, trackNumber } from "../lib/protocol";
import type { Devices } from "./devices.svelte";
import type { Link } from "./link.svelte";
import type { Preferences } from "./preferences.svelte";
import type { Roster } from "./roster.svelte";
import { outlets, states, type Publisher } from "./sending";
import type { Sharing } from "./sharing.svelte";
import type { Stage } from "./stage.svelte";
import { isInside, type CallStatus } from "./status";
import type { Viewing } from "./viewing";

/** What follows the state of a call, and what it follows. */
export interface Followers {
  readonly status: () => CallStatus;
  readonly link: Link;
  readonly sharing: Sharing;
  readonly viewing: Viewing;
  readonly publisher: Publisher;
  readonly preferences: Preferences;
  readonly devices: Devices;
  readonly roster: Roster;
  readonly stage: Stage;
  readonly pictures: Pictures;
  readonly sounds: Sounds;
  /** Looks how loud everybody is. */
  readonly listen: () => void;
}

/** Ten a second follow a voice closely enough for the eye. In ms. */
const loudnessPause = 100;

/** Devices and the connection follow the state, until the returned function is called. */
export function follow(followers: Followers): () => void {
  const { status, link, sharing, viewing, publisher, preferences, devices, roster, stage, pictures, sounds } = followers;
  const inside = () => isInside(status());
  return $effect.root(() => {
    const role = $derived(roster.me?.role ?? "speaker");
    $effect(() => {
      const { peer } = link;
      const wanted = outlets(devices, sharing, role);
      for (const kind of kinds) {
        peer?.send(kind, inside() ? wanted[kind].track : null).catch((error: unknown) => {
          console.error(`Sending the ${kind} failed:`, error);
        });
      }
    });
    $effect(() => {
      const { originalSound } = preferences;
      if (link.peer) untrack(() => void link.setMusic(originalSound));
    });
    $effect(() => {
      const { quality } = preferences;
      void link.peer?.setQuality(quality);
    });
    $effect(() => {
      const wanted = outlets(devices, sharing, role);
      if (status() === "meeting") publisher.publish(wanted);
      if (inside()) untrack(() => roster.amend({ tracks: states(wanted) }));
    });
    $effect(() => {
      if (status() === "meeting") viewing.show(stage.wishes);
    });
    $effect(() => {
      if (preferences.audioOnly) untrack(() => void devices.setCamera(false));
    });
    $effect(() => pictures.setLive(stage.live));
    $effect(() => {
      const { me } = roster;
      pictures.setOwn(me ? trackNumber(me.seat, "camera") : 0, devices.cameraTrack);
    });
    $effect(() => sounds.setSpeaker(devices.speaker));
    $effect(() => {
      // Browsers play sound unasked on pages that capture: a reload needs no click once a device is open.
      if (devices.microphoneTrack ?? devices.cameraTrack) sounds.hear();
    });
    $effect(() => {
      if (!inside()) return;
      const timer = setInterval(followers.listen, loudnessPause);
      return () => clearInterval(timer);
    });
  });
}
