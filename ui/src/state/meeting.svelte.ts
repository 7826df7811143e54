import type { Requests } from "../browser/signalling";
import { handPlaces, nextHand } from "../lib/hands";
import { leads } from "../lib/power";
import type { Answers, RequestName, Result } from "../lib/parse";
import {
  openDoor,
  quietMeeting,
  unmade,
  type Door,
  type Failure,
  type Kind,
  type MeetingState,
  type Role,
  type Session,
  type Settings,
  type Snapshot,
  type Waiting,
} from "../lib/protocol";
import type { Roster } from "./roster.svelte";

/** Asks the server; never rejects. */
export type Ask = <E extends RequestName>(event: E, data: Requests[E]) => Promise<Result<Answers[E]>>;

/**
 * The meeting as a whole: the room's settings, what the host has set for now, who waits, and what hosts do. Each verb
 * asks the server, which decides; a refusal is shown and comes back as false.
 */
export class Meeting {
  settings: Settings = $state.raw(unmade);
  state: MeetingState = $state.raw(quietMeeting);
  /** Who waits to be let in; only hosts and cohosts know. */
  waiting: readonly Waiting[] = $state.raw([]);
  /** What stood between me and the meeting when I came. */
  door: Door = $state.raw(openDoor);
  /** What I am, by the link that led me here and by what hosts made of me. */
  #role: Role = $state("speaker");
  /** By how much the server's clock is ahead of this browser's, in ms. */
  #ahead = 0;

  readonly #roster: Roster;
  readonly #ask: Ask;
  readonly #complain: (failure: Failure) => void;

  constructor(roster: Roster, ask: Ask, complain: (failure: Failure) => void) {
    this.#roster = roster;
    this.#ask = ask;
    this.#complain = complain;
  }

  get role(): Role {
    return this.#roster.me?.role ?? this.#role;
  }

  /** I am host or cohost. */
  get hosting(): boolean {
    return leads(this.role);
  }

  /** The place of everyone whose hand is up, from 1, by id. */
  readonly hands: ReadonlyMap<string, number> = $derived.by(() => {
    const { me, participants } = this.#roster;
    return handPlaces(me ? [me, ...participants] : participants);
  });

  /** I may write in the chat. */
  get mayWrite(): boolean {
    const { chat } = this.settings;
    return chat === "all" || (chat === "hosts" && this.hosting);
  }

  get handUp(): boolean {
    return (this.#roster.me?.hand ?? 0) > 0;
  }

  admit(ids: readonly string[]): Promise<boolean> {
    return this.#answer("admit", ids);
  }
  refuse(ids: readonly string[]): Promise<boolean> {
    return this.#answer("refuse", ids);
  }
  /** Turns another's microphone, camera or screen off. */
  mute(id: string, track: Kind): Promise<boolean> {
    return this.#do("mute", { id, track });
  }
  muteAll(): Promise<boolean> {
    return this.#do("mute_all", {});
  }
  /** Asks another to turn microphone or camera on. */
  askFor(id: string, track: Kind): Promise<boolean> {
    return this.#do("ask", { id, track });
  }
  rename(id: string, name: string): Promise<boolean> {
    return this.#do("rename", { id, name });
  }
  /** `host` hands the meeting over. */
  setRole(id: string, role: Role): Promise<boolean> {
    return this.#do("role", { id, role });
  }
  remove(id: string, ban = false): Promise<boolean> {
    return this.#do("remove", { id, ban });
  }
  lock(locked: boolean): Promise<boolean> {
    return this.#do("lock", { locked });
  }
  /** Shows these to everybody; none ends it. */
  spotlight(ids: readonly string[]): Promise<boolean> {
    return this.#do("spotlight", { ids });
  }
  /** 0 stops it. */
  setTimer(seconds: number): Promise<boolean> {
    return this.#do("timer", { seconds });
  }
  change(settings: Partial<Settings>): Promise<boolean> {
    return this.#do("settings", settings);
  }
  /** Makes a further link that gives this role, and resolves to its key; null when it was refused. */
  async makeLink(role: Role): Promise<string | null> {
    const result = await this.#ask("link", { role });
    if (!result.ok) this.#complain(result.failure);
    return result.ok ? result.value.key : null;
  }
  endForAll(): Promise<boolean> {
    return this.#do("end", {});
  }
  lowerHand(id: string): Promise<boolean> {
    return this.#do("hand", { up: false, id });
  }

  /** Raises or lowers my own hand. */
  async raiseHand(up: boolean): Promise<boolean> {
    const done = await this.#do("hand", { up });
    if (done) this.#roster.amend({ hand: up ? nextHand(this.#roster.participants) : 0 });
    return done;
  }

  /** What the server's clock says, in ms since 1970: the times of a meeting are by it, and mine may be wrong. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** The server greets me: this is the door I stand at. */
  arrive({ role, door, now }: Pick<Session, "role" | "door" | "now">): void {
    this.#role = role;
    this.door = door;
    this.#ahead = now - Date.now();
  }

  enter({ settings, meeting, waiting }: Snapshot): void {
    this.settings = settings;
    this.state = meeting;
    this.waiting = waiting;
  }

  /** I left. */
  clear(): void {
    this.settings = unmade;
    this.state = quietMeeting;
    this.waiting = [];
  }

  /** Who was answered waits no longer: the server's list comes a moment later. */
  async #answer(event: "admit" | "refuse", ids: readonly string[]): Promise<boolean> {
    const done = await this.#do(event, { ids });
    if (done) this.waiting = this.waiting.filter(({ id }) => !ids.includes(id));
    return done;
  }

  async #do<E extends RequestName>(event: E, data: Requests[E]): Promise<boolean> {
    const result = await this.#ask(event, data);
    if (!result.ok) this.#complain(result.failure);
    return result.ok;
  }
}
