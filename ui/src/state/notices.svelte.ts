/** What a notice says; the words stand in i18n under `notice.<key>`. */
export type NoticeKey =
  | "device-lost" // params: label (what vanished); replaced by another device if `now` is set
  | "device-back" // params: label
  | "device-refused" // params: label (what was chosen and does not open), now (what is still used)
  | "speaker-lost" // params: label
  | "speaker-back" // params: label
  | "backdrop-failed" // my background cannot be hidden, my camera was turned off for it; action "show-room"
  | "wallpaper-failed"
  | "sound-failed" // the test sound cannot be played
  | "noise-failed" // RNNoise does not run here; the browser does its best
  | "device-trouble" // params: device, kind (a DeviceProblem's): it does not open
  | "share-failed"
  | "chat-failed"
  | "text-copied"
  | "chat-gone"
  | "chat-unreached"
  | "download-failed"
  | "chat-export-failed"
  | "too-many-files"
  | "no-folders"
  | "bad-room-name"
  | "link-copied"
  | "invitation-copied"
  | "copy-failed"
  | "link-copy-failed" // that of the room that is shown
  | "silenced-microphone" // by a host; params: name
  | "silenced-camera"
  | "silenced-screen"
  | "role-host" // what a host made of me
  | "role-cohost"
  | "role-speaker"
  | "role-viewer"
  | "barred-role" // what I may not turn on, and why
  | "barred-microphone"
  | "barred-screen"
  | "lowered-hand"
  | "renamed" // params: name
  | "failed"; // params: code (a Failure's code)

/** What hosts did to me: ears hear of it at once, whatever is being read to them. */
export const fromHosts: ReadonlySet<NoticeKey> = new Set<NoticeKey>([
  ...(["silenced-microphone", "silenced-camera", "silenced-screen", "lowered-hand", "renamed"] as const),
  ...(["role-host", "role-cohost", "role-speaker", "role-viewer"] as const),
]);

export type NoticeAction = "show-room";

export interface Notice {
  readonly id: number;
  readonly key: NoticeKey;
  readonly params: Readonly<Record<string, string>>;
  readonly tone: "info" | "warning" | "danger";
  /** A button on the notice: its words stand under `notice.action.<name>`. */
  readonly action: { readonly name: NoticeAction; readonly run: () => void } | null;
}

export type NoticeOptions = Partial<Pick<Notice, "params" | "tone" | "action">>;

/** Long enough to read two lines aloud, in ms. A notice with an action stays until what it is about has passed. */
const reading = 6000;
/** How often it is looked whether somebody still has a hand on them, in ms. */
const lingering = 2000;
/** More than this at once hide the stage; the oldest go first. */
const most = 4;

/** Passing notices, oldest first. */
export class Notices {
  list: readonly Notice[] = $state.raw([]);
  #next = 1;
  #busy: () => boolean = () => false;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  notify(key: NoticeKey, { params = {}, tone = "info", action = null }: NoticeOptions = {}): void {
    for (const same of this.list.filter((notice) => sameWords(notice, key, params))) this.dismiss(same.id);
    const id = this.#next++;
    this.list = [...this.list, { id, key, params, tone, action }];
    for (const old of this.list.slice(0, -most)) this.dismiss(old.id);
    if (!action) this.#pass(id, reading);
  }

  /** None passes by itself while this is so (WCAG 2.2.1), until the returned function is called. */
  keepWhile(busy: () => boolean): () => void {
    this.#busy = busy;
    return () => (this.#busy = () => false);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #pass(id: number, after: number): void {
    const pass = () => (this.#busy() ? this.#pass(id, lingering) : this.dismiss(id));
    this.#timers.set(id, setTimeout(pass, after));
  }

  /** What this was about has passed. */
  withdraw(key: NoticeKey): void {
    for (const notice of this.list) if (notice.key === key) this.dismiss(notice.id);
  }

  close(): void {
    for (const notice of this.list) this.dismiss(notice.id);
  }
}

function sameWords(notice: Notice, key: NoticeKey, params: Readonly<Record<string, string>>): boolean {
  return notice.key === key && JSON.stringify(notice.params) === JSON.stringify(params);
}
