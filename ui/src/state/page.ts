import { createContext } from "svelte";
import type { Attention } from "../browser/attention";
import type { Apart } from "./apart.svelte";
import type { App } from "./app.svelte";
import type { Appeal } from "./appeal.svelte";
import type { Backdrops } from "./backdrops.svelte";
import type { Call } from "./call.svelte";
import type { Captions } from "./captions.svelte";
import type { Chat } from "./chat.svelte";
import type { Chrome } from "./chrome.svelte";
import type { Devices } from "./devices.svelte";
import type { Keyring } from "./keyring.svelte";
import type { Meeting } from "./meeting.svelte";
import type { MyRooms } from "./my-rooms.svelte";
import type { Overlays } from "./overlays";
import type { Preferences } from "./preferences.svelte";
import type { Reactions } from "./reactions.svelte";
import type { Stage } from "./stage.svelte";

/** Everything the components see. Built in main.ts, given to App.svelte as its prop `page`. */
export interface Page {
  readonly apart: Apart;
  readonly attention: Attention;
  readonly app: App;
  readonly preferences: Preferences;
  readonly devices: Devices;
  readonly backdrops: Backdrops;
  readonly call: Call;
  readonly captions: Captions;
  readonly chat: Chat;
  readonly chrome: Chrome;
  readonly keyring: Keyring;
  readonly rooms: MyRooms;
  readonly meeting: Meeting;
  readonly appeal: Appeal;
  readonly overlays: Overlays;
  readonly reactions: Reactions;
  readonly stage: Stage;
}

/** App.svelte calls setPage(page); every component below calls getPage(). */
export const [getPage, setPage] = createContext<Page>();
