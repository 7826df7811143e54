import type { OpenFiles } from "../browser/files";
import type { Media } from "../browser/media";
import type { OpenPeer } from "../browser/peer";
import type { Pictures } from "../browser/pictures";
import type { Look } from "../browser/sight";
import type { OpenSignalling } from "../browser/signalling";
import type { Sounds } from "../browser/sounds";
import type { Store } from "../browser/storage";
import type { Devices } from "./devices.svelte";
import type { Keyring } from "./keyring.svelte";
import type { Notices } from "./notices.svelte";
import type { Preferences } from "./preferences.svelte";
import type { Roster } from "./roster.svelte";
import type { Seats } from "./seats";
import type { Stage } from "./stage.svelte";

/** What Call is built from. */
export interface CallParts {
  readonly openSignalling: OpenSignalling;
  readonly openPeer: OpenPeer;
  readonly openFiles: OpenFiles;
  readonly look: Look;
  readonly media: Media;
  readonly pictures: Pictures;
  readonly sounds: Sounds;
  /** Lives as long as the tab. */
  readonly tabStore: Store;
  readonly seats: Seats;
  readonly preferences: Preferences;
  readonly keyring: Keyring;
  readonly devices: Devices;
  readonly notices: Notices;
  readonly roster: Roster;
  readonly stage: Stage;
}
