import type { Call } from "./call.svelte";
import type { Preferences } from "./preferences.svelte";

export type Screen = "home" | "lobby" | "meeting" | "left";

/** What a notice says; the words stand in i18n under `notice.<key>`. */
export type NoticeKey =
  | "device-lost" // params: label (what vanished); replaced by another device if `now` is set
  | "device-back" // params: label
  | "sound-blocked" // the browser wants a click before it plays; action "hear"
  | "muted-talking" // you talk while muted; action "unmute"
  | "share-failed"
  | "share-ended"
  | "chat-failed"
  | "bad-room-name"
  | "failed"; // params: code (a Failure's code)

export type NoticeAction = "hear" | "unmute";

export interface Notice {
  readonly id: number;
  readonly key: NoticeKey;
  readonly params: Readonly<Record<string, string>>;
  readonly tone: "info" | "warning" | "danger";
  /** A button on the notice: its words stand under `notice.action.<name>`. */
  readonly action: { readonly name: NoticeAction; readonly run: () => void } | null;
}

/** Which screen is shown, the address bar, and passing notices. */
export class App {
  /** The notices now shown, oldest first. They leave by themselves unless they have an action. */
  notices: readonly Notice[] = $state.raw([]);
  /** The room the address names (canonical), or null on Home. */
  room: string | null = $state(null);

  readonly #call: Call;

  constructor(call: Call, _preferences: Preferences) {
    this.#call = call;
  }

  /** What to show: follows from the address and the call. */
  get screen(): Screen {
    if (this.room === null) return "home";
    switch (this.#call.status) {
      case "left":
        return "left";
      case "meeting":
      case "reconnecting":
        return "meeting";
      default:
        return "lobby";
    }
  }

  /** The link to give others: origin + /r/NAME. Empty on Home. */
  get link(): string {
    return "";
  }

  /** Goes to the lobby of this room. False when it is no room name (see lib/rooms). */
  enterRoom(_name: string): boolean {
    return false;
  }

  /** Goes to the lobby of a new room with a random name. */
  newMeeting(): void {}

  // wanted: (by the components, which use no browser APIs)
  /** The page fills the screen. */
  fullScreen: boolean = $state(false);
  toggleFullScreen(): void {}
  /** Puts the link on the clipboard; false when the browser refuses. */
  async copyLink(): Promise<boolean> {
    return false;
  }
  /** Which browser this is, for help with its permissions. `ios`: any browser on an iPhone or iPad. */
  readonly browser: "chromium" | "firefox" | "safari" | "ios" | "android" | "other" = "other";

  /** Leaves the room, if in one, and goes Home. */
  goHome(): void {}

  /** Shows a notice; one with the same key and params is shown once. */
  notify(
    _key: NoticeKey,
    _options?: { params?: Record<string, string>; tone?: Notice["tone"]; action?: Notice["action"] },
  ): void {}

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  close(): void {}
}
