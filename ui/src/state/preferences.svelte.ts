import type { Store } from "../browser/storage";
import { personName } from "../lib/names";
import { canonicalRoom } from "../lib/rooms";
import { isBackdrop, type Backdrop } from "../lib/backdrop";
import { qualities, type Noise, type Quality } from "../lib/tuning";

export type Theme = "system" | "dark" | "light";
export type ChatAloud = "all" | "private" | "none";
export type Language = "ko" | "en";
/** What ears are told of: everything, what matters (shares and hands; messages have a setting of their own), or nothing. */
export const levels = ["all", "important", "none"] as const;
export type Announcements = (typeof levels)[number];
export const captionSizes = ["normal", "large", "largest"] as const;
export type CaptionSize = (typeof captionSizes)[number];

/** A device as remembered: ids change when the site's data is cleared, labels mostly do not. */
export interface DeviceChoice {
  readonly id: string;
  readonly label: string;
}

export interface RecentRoom {
  readonly name: string;
  /** Milliseconds since 1970, of the last join. */
  readonly at: number;
}

/** What may be chosen, of what has a few values; the first is meant unless one is chosen. */
const choices = {
  theme: ["system", "dark", "light"],
  language: ["en", "ko"],
  noise: ["browser", "rnnoise", "off"],
  quality: qualities,
  chatAloud: ["all", "private", "none"],
  announcements: levels,
  captionSize: captionSizes,
} as const;

/** What is either so or not. */
const flags = [
  ...(["microphoneOn", "cameraOn", "shortcuts", "mutedHint"] as const),
  ...(["notifications", "sounds", "hideSelf", "hideWithoutVideo"] as const),
  ...(["echoCancellation", "autoGain", "originalSound", "receiveVideo", "audioOnly", "relief"] as const),
] as const;

/**
 * What holds in all tabs as soon as it is chosen in one: how the page looks and what it tells. The others concern the
 * meeting that a tab is in, and are another tab's business only from its next visit on.
 */
const shared: ReadonlySet<string> = new Set<keyof Preferences>([
  ...(["theme", "language", "captionSize", "recentRooms", "shortcuts", "mutedHint"] as const),
  ...(["notifications", "sounds", "announcements", "chatAloud"] as const),
]);

const choiceKeys = Object.keys(choices) as (keyof typeof choices)[];
const deviceKinds = ["microphone", "camera", "speaker"] as const;

const storageKey = "noom.preferences";
const mostRecentRooms = 8;

/**
 * What this browser remembers of its user. Assigning a field keeps it: changes are written to storage at
 * once, and broken or absent storage only means that nothing is remembered.
 */
export class Preferences {
  /** As the server takes it; "": none yet. */
  name: string = $state("");
  theme: Theme = $state("system");
  language: Language = $state("en");
  microphone: DeviceChoice | null = $state.raw(null);
  camera: DeviceChoice | null = $state.raw(null);
  speaker: DeviceChoice | null = $state.raw(null);
  /** Whether the next lobby opens with them on. */
  microphoneOn: boolean = $state(true);
  cameraOn: boolean = $state(true);
  shortcuts: boolean = $state(true);
  /** The page says so when I talk while muted. */
  mutedHint: boolean = $state(true);
  /** The system's notifications, while the page is out of sight. */
  notifications: boolean = $state(false);
  /** Soft sounds: somebody waits, the timer ends. */
  sounds: boolean = $state(true);
  /** Screen readers are told who comes, goes and reacts. */
  announcements: Announcements = $state("all");
  captionSize: CaptionSize = $state("normal");
  /** My own tile is not shown on the stage. */
  hideSelf: boolean = $state(false);
  /** Nor are those whose camera is off. */
  hideWithoutVideo: boolean = $state(false);
  /** Who takes the noise out of my voice. */
  noise: Noise = $state("browser");
  echoCancellation: boolean = $state(true);
  autoGain: boolean = $state(true);
  /** Music: nothing is done to my sound, and it has room. */
  originalSound: boolean = $state(false);
  quality: Quality = $state("hd");
  /** What is behind me. */
  backdrop: Backdrop = $state("none");
  /** Pictures of others are shown. */
  receiveVideo: boolean = $state(true);
  /** No pictures at all, mine neither. */
  audioOnly: boolean = $state(false);
  /** Fewer and smaller pictures are shown while this machine is too busy. */
  relief: boolean = $state(true);
  /** Newest first, at most 8. */
  recentRooms: readonly RecentRoom[] = $state.raw([]);

  /** Which new messages of the chat are read out to those who listen to the page. */
  chatAloud: ChatAloud = $state("all");

  readonly #store: Store;
  readonly #stop: () => void;
  /** What storage and this tab agreed on when last they met, each field as JSON. */
  #agreed: Readonly<Record<string, string>>;

  /** `languages` are the browser's, most wanted first: the first that Noom speaks is the language until one is chosen. */
  constructor(store: Store, languages: readonly string[] = []) {
    this.language = firstSpoken(languages);
    this.#store = store;
    this.#restore(parseObject(store.read(storageKey)));
    this.#agreed = each(this.#kept());
    const deaf = store.watch(storageKey, () => this.#hear());
    const still = $effect.root(() => {
      // Storage is a device of sorts: writing what changed is what effects are for.
      $effect(() => this.#write(this.#kept()));
    });
    this.#stop = () => {
      deaf();
      still();
      this.#write(this.#kept());
    };
  }

  /** Puts the room first in recentRooms. */
  rememberRoom(name: string, at: number = Date.now()): void {
    const others = this.#roomsNow().filter((room) => room.name !== name);
    this.recentRooms = [{ name, at }, ...others].slice(0, mostRecentRooms);
  }

  forgetRoom(name: string): void {
    this.recentRooms = this.#roomsNow().filter((room) => room.name !== name);
  }

  close(): void {
    this.#stop();
  }

  /** Writes what this tab has changed, and leaves what others have. */
  #write(kept: Readonly<Record<string, unknown>>): void {
    const now = each(kept);
    const changed = Object.keys(now).filter((key) => now[key] !== this.#agreed[key]);
    if (changed.length === 0) return;
    const mine = Object.fromEntries(changed.map((key) => [key, kept[key]]));
    this.#store.write(storageKey, JSON.stringify({ ...parseObject(this.#store.read(storageKey)), ...mine }));
    this.#agreed = now;
  }

  /** Another tab has written. */
  #hear(): void {
    this.#write(this.#kept()); // what was chosen here a moment ago is not lost
    const there = parseObject(this.#store.read(storageKey));
    this.#restore(Object.fromEntries(Object.entries(there).filter(([key]) => shared.has(key))));
    this.#agreed = each(this.#kept());
  }

  /** Unless storage keeps nothing, other tabs may have changed it. */
  #roomsNow(): readonly RecentRoom[] {
    this.#write(this.#kept());
    const { recentRooms } = parseObject(this.#store.read(storageKey));
    return Array.isArray(recentRooms) ? recentRooms.flatMap(recentRoom) : this.recentRooms;
  }

  #kept() {
    const kept: Record<string, unknown> = { name: this.name, backdrop: this.backdrop, recentRooms: this.recentRooms };
    for (const key of [...deviceKinds, ...flags, ...choiceKeys]) kept[key] = this[key];
    return kept;
  }

  /** Takes every field that is sound; older pages, other tabs and users may have written the others. */
  #restore(kept: Readonly<Record<string, unknown>>): void {
    if (typeof kept["name"] === "string") this.name = personName(kept["name"]);
    if (isBackdrop(kept["backdrop"])) this.backdrop = kept["backdrop"];
    for (const device of deviceKinds) if (device in kept) this[device] = choice(kept[device]);
    for (const flag of flags) {
      const value = kept[flag];
      if (typeof value === "boolean") this[flag] = value;
    }
    for (const key of choiceKeys) this.#choose(key, kept[key]);
    const rooms: unknown = kept["recentRooms"];
    if (Array.isArray(rooms)) this.recentRooms = rooms.flatMap(recentRoom).slice(0, mostRecentRooms);
  }

  #choose<Name extends keyof typeof choices>(key: Name, value: unknown): void {
    const allowed: readonly unknown[] = choices[key];
    if (allowed.includes(value)) Object.assign(this, { [key]: value });
  }
}

function firstSpoken(languages: readonly string[]): Language {
  for (const language of languages) {
    if (/^ko\b/i.test(language)) return "ko";
    if (/^en\b/i.test(language)) return "en";
  }
  return "en";
}

function each(kept: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, JSON.stringify(value)]));
}

function parseObject(json: string | null): Readonly<Record<string, unknown>> {
  if (json === null) return {};
  try {
    return asObject(JSON.parse(json));
  } catch {
    return {};
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function choice(value: unknown): DeviceChoice | null {
  const { id, label } = asObject(value);
  return typeof id === "string" && typeof label === "string" ? { id, label } : null;
}

function recentRoom(value: unknown): RecentRoom[] {
  const { name, at } = asObject(value);
  if (typeof name !== "string" || typeof at !== "number" || canonicalRoom(name) !== name) return [];
  return [{ name, at }];
}
