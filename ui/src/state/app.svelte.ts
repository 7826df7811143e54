import type { BrowserName, Site, SiteEvent } from "../browser/site";
import { randomRoom, roomOfText, roomOfPath, roomPath } from "../lib/rooms";
import type { Call } from "./call.svelte";
import type { Notice, NoticeKey, NoticeOptions, Notices } from "./notices.svelte";

export type { Notice, NoticeAction, NoticeKey } from "./notices.svelte";

export type Screen = "home" | "lobby" | "meeting" | "left";

/** Which screen is shown, the address bar, and passing notices. */
export class App {
  /** The room the address names (canonical), or null on Home. */
  room: string | null = $state(null);
  /** The page fills the screen. */
  fullScreen: boolean = $state(false);

  readonly #site: Site;
  readonly #call: Call;
  readonly #notices: Notices;
  readonly #stop: () => void;

  constructor(site: Site, call: Call, notices: Notices) {
    this.#site = site;
    this.#call = call;
    this.#notices = notices;
    this.#stop = site.watch((event) => this.#receive(event));
    this.#arrive();
  }

  /** The notices now shown, oldest first. They leave by themselves unless they have an action. */
  get notices(): readonly Notice[] {
    return this.#notices.list;
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
    return this.room === null ? "" : this.#site.origin + roomPath(this.room);
  }

  /** Which browser this is, for help with its permissions. `ios`: any browser on an iPhone or iPad. */
  get browser(): BrowserName {
    return this.#site.browser;
  }

  /** Goes to the lobby of this room, which may be pasted as its link. False when it is none (see lib/rooms). */
  enterRoom(typed: string): boolean {
    const room = roomOfText(typed, this.#site.origin);
    if (room === null) return false;
    this.#site.go(roomPath(room), "push");
    this.#arrive();
    return true;
  }

  /** Goes to the lobby of a new room with a random name. */
  newMeeting(): void {
    this.enterRoom(randomRoom((words) => crypto.getRandomValues(words)));
  }

  /** Leaves the room, if in one, and goes Home. */
  goHome(): void {
    this.#site.go("/", "push");
    this.#arrive();
  }

  toggleFullScreen(): void {
    void this.#site.toggleFullScreen();
  }

  /** Puts the link on the clipboard; false when the browser refuses. */
  async copyLink(): Promise<boolean> {
    return this.#site.copy(this.link);
  }

  /** Shows a notice; one with the same key and params is shown once. */
  notify(key: NoticeKey, options?: NoticeOptions): void {
    this.#notices.notify(key, options);
  }

  dismiss(id: number): void {
    this.#notices.dismiss(id);
  }

  close(): void {
    this.#stop();
  }

  /** Shows what the address names. Unknown addresses come home. */
  #arrive(): void {
    const path = this.#site.path();
    const room = roomOfPath(path);
    if (room === null && path !== "/") {
      if (path.startsWith("/r/")) this.#notices.notify("bad-room-name", { tone: "warning" });
      this.#site.go("/", "replace");
    } else if (room !== null && path !== roomPath(room)) {
      this.#site.go(roomPath(room), "replace"); // one spelling for one room
    }
    this.room = room;
    if (room === null) this.#call.shut();
    else this.#call.open(room);
  }

  #receive(event: SiteEvent): void {
    switch (event.type) {
      case "moved":
        return this.#arrive();
      case "full-screen":
        this.fullScreen = event.on;
        return;
      case "closing":
        return this.#call.pageCloses();
      case "network":
        return this.#call.networkChanged();
    }
  }
}
