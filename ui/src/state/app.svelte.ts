import type { BrowserName, Site, SiteEvent } from "../browser/site";
import type { Result } from "../lib/parse";
import { keyOfFragment, keyOfText, randomRoom, roomLink, roomOfPath, roomOfText, roomPath } from "../lib/rooms";
import type { Call } from "./call.svelte";
import type { Keyring } from "./keyring.svelte";
import type { MyRooms } from "./my-rooms.svelte";
import type { Notice, NoticeKey, NoticeOptions, Notices } from "./notices.svelte";

export type { Notice, NoticeAction, NoticeKey } from "./notices.svelte";

export type Screen = "home" | "lobby" | "waiting" | "meeting" | "left";

/** Which screen is shown, the address bar, and passing notices. */
export class App {
  /** The room the address names (canonical), or null on Home. */
  room: string | null = $state(null);
  /** The page fills the screen. */
  fullScreen: boolean = $state(false);

  readonly #site: Site;
  readonly #call: Call;
  readonly #notices: Notices;
  readonly #keyring: Keyring;
  readonly #rooms: MyRooms;
  readonly #stop: () => void;

  constructor(site: Site, call: Call, notices: Notices, keyring: Keyring, rooms: MyRooms) {
    this.#site = site;
    this.#call = call;
    this.#notices = notices;
    this.#keyring = keyring;
    this.#rooms = rooms;
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
      case "waiting":
        return "waiting";
      case "meeting":
      case "reconnecting":
        return "meeting";
      default:
        return "lobby";
    }
  }

  /** The link to give others: origin + /r/NAME, never with a key. Empty on Home. */
  get link(): string {
    return this.room === null ? "" : this.linkTo(this.room);
  }

  /** A room's link; with a key it gives power to whoever opens it. */
  linkTo(room: string, key?: string): string {
    return roomLink(this.#site.origin, room, key);
  }

  /** Which browser this is, for help with its permissions. `ios`: any browser on an iPhone or iPad. */
  get browser(): BrowserName {
    return this.#site.browser;
  }

  /** Goes to the lobby of this room, which may be pasted as its link. False when it is none (see lib/rooms). */
  enterRoom(typed: string): boolean {
    const room = roomOfText(typed, this.#site.origin);
    if (room === null) return false;
    const key = keyOfText(typed);
    if (key !== null) this.#keyring.keepLink(room, key);
    this.#site.go(roomPath(room), "push");
    this.#arrive();
    return true;
  }

  /** Makes a room with this name, or a random one, and goes to its lobby as its host. */
  async newMeeting(name?: string): Promise<Result<string>> {
    const made = await this.#rooms.make(name);
    if (made.ok) this.enterRoom(made.value);
    return made;
  }

  /** Goes to the lobby of a room with a random name that nobody is host of. */
  plainMeeting(): void {
    this.enterRoom(randomRoom((words) => crypto.getRandomValues(words)));
  }

  /** Goes to the lobby of a room of mine, as its host whatever link I opened last. */
  enterMine(room: string): void {
    const key = this.#keyring.hostKey(room);
    if (key !== null) this.#keyring.keepLink(room, key);
    this.enterRoom(room);
  }

  /** Leaves the room, if in one, and goes Home. */
  goHome(): void {
    this.#site.go("/", "push");
    this.#arrive();
  }

  /** Whether there is a full screen to be had. */
  get canFullScreen(): boolean {
    return this.#site.canFullScreen;
  }

  toggleFullScreen(): void {
    void this.#site.toggleFullScreen();
  }

  /** Loads the page anew; a seat in a meeting waits that long. */
  reload(): void {
    this.#site.reload();
  }

  /** Whether the server answers now. */
  async reaches(): Promise<boolean> {
    return this.#site.reaches();
  }

  /** Puts the link on the clipboard; false when the browser refuses. */
  async copyLink(): Promise<boolean> {
    return this.copy(this.link);
  }

  /** Puts text on the clipboard; false when the browser refuses. */
  async copy(text: string): Promise<boolean> {
    return this.#site.copy(text);
  }

  /** Shows a notice; one with the same key and params is shown once. */
  notify(key: NoticeKey, options?: NoticeOptions): void {
    this.#notices.notify(key, options);
  }

  dismiss(id: number): void {
    this.#notices.dismiss(id);
  }

  /** No notice leaves by itself while this is so, until the returned function is called. */
  keepNotices(busy: () => boolean): () => void {
    return this.#notices.keepWhile(busy);
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
    } else if (room !== null) {
      this.#takeKey(room);
      if (path !== roomPath(room)) this.#site.go(roomPath(room), "replace"); // one spelling for one room
    }
    this.room = room;
    this.#keyring.refresh();
    if (room === null) this.#call.shut();
    else this.#call.open(room);
  }

  /** Sheets and dialogs of phones take steps in the history too: where the address has stayed, so does the screen. */
  #moved(): void {
    const stayed = this.room !== null && roomOfPath(this.#site.path()) === this.room;
    if (!stayed || this.#site.fragment().startsWith("#k=")) this.#arrive();
  }

  /** A key in the address is for the keyring: nobody shall read it off the screen, or find it in a copied address. */
  #takeKey(room: string): void {
    const fragment = this.#site.fragment();
    if (!fragment.startsWith("#k=")) return;
    this.#site.go(roomPath(room), "replace");
    const key = keyOfFragment(fragment);
    if (key === null || key === this.#keyring.linkOf(room)) return;
    this.#keyring.keepLink(room, key);
    this.#call.shut(); // should this very room be open, it is to be entered anew, with the key
  }

  #receive(event: SiteEvent): void {
    switch (event.type) {
      case "moved":
        return this.#moved();
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
