import { untrack } from "svelte";
import type { Access, OpenFiles } from "../browser/files";
import type { Captured, Media } from "../browser/media";
import type { OpenPeer } from "../browser/peer";
import type { Pictures } from "../browser/pictures";
import type { OpenSignalling } from "../browser/signalling";
import type { Look } from "../browser/sight";
import type { Sounds } from "../browser/sounds";
import type { Store } from "../browser/storage";
import type { Path } from "../lib/health";
import { personName } from "../lib/names";
import type { Reading } from "../lib/statistics";
import {
  type EndedReason,
  type Failure,
  type Insider,
  type Kind,
  type Participant,
  type ServerEvent,
  type Session,
  type Snapshot,
  type Wait,
} from "../lib/protocol";
import { Appeal } from "./appeal.svelte";
import { Chat } from "./chat.svelte";
import { Conversation, type Introduction, type Said } from "./conversation";
import { deliver } from "./deliver";
import type { Devices } from "./devices.svelte";
import { Doorbell } from "./doorbell";
import { Easing } from "./easing";
import { Entry } from "./entry.svelte";
import { follow } from "./following.svelte";
import type { Keyring } from "./keyring.svelte";
import { Link } from "./link.svelte";
import { Meeting, type Ask } from "./meeting.svelte";
import type { Notices } from "./notices.svelte";
import type { Preferences } from "./preferences.svelte";
import { Reactions } from "./reactions.svelte";
import type { Roster } from "./roster.svelte";
import type { Seats } from "./seats";
import { outlets, Publisher } from "./sending";
import { Sharing } from "./sharing.svelte";
import type { Stage } from "./stage.svelte";
import { Viewing } from "./viewing";
import { Voices } from "./voices.svelte";

export type { Path } from "../lib/health";

/** `waiting`: I asked to come in and have to wait, see `wait`. */
export type CallStatus = "idle" | "connecting" | "lobby" | "joining" | "waiting" | "meeting" | "reconnecting" | "left";
/** Why the Left screen is shown. `failed`: the server refused, see `failure`. `lost`: there was no way back for minutes. */
export type LeftReason = "you-left" | "lost" | "failed" | EndedReason;

/** `signalling`: the server does not answer. `media`: the media path is down. `sending`, `receiving`: it is poor. */
export type Trouble = "signalling" | "media" | "sending" | "receiving";

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

/** A train's tunnel or a router's restart is shorter; who is away for longer has gone. In ms. */
const giveUpAfter = 5 * 60_000;

/** One room from its lobby to leaving it. */
export class Call {
  status: CallStatus = $state("idle");
  leftReason: LeftReason | null = $state(null);
  room: string = $state("");
  #held: boolean = $state(false);

  readonly chat: Chat;
  readonly meeting: Meeting;
  readonly reactions: Reactions;
  readonly appeal: Appeal;
  readonly #doorbell: Doorbell;
  readonly #voices: Voices;
  readonly #parts: CallParts;
  readonly #entry: Entry;
  readonly #link: Link;
  readonly #sharing: Sharing;
  readonly #viewing: Viewing;
  readonly #publisher: Publisher;
  readonly #stop: () => void;
  #conversation: Conversation | null = null;
  #unanswered: boolean = $state(false);
  #givingUp: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.#link = new Link(parts.openPeer, [parts.pictures, parts.sounds], new Easing(parts.preferences, parts.stage));
    this.#sharing = new Sharing(parts.media, parts.notices);
    this.#entry = new Entry(this.#request, parts.preferences);
    this.chat = new Chat({
      ...{ ask: this.#request, files: parts.openFiles(() => this.#access), look: parts.look },
      ...{ roster: parts.roster, tabStore: parts.tabStore },
      complain: (failure) => this.#complain(failure),
      unsent: () => parts.notices.notify("chat-failed", { tone: "warning" }),
    });
    this.meeting = new Meeting(parts.roster, this.#request, (failure) => this.#complain(failure));
    this.reactions = new Reactions(this.#request);
    this.appeal = new Appeal({ ...parts, meeting: this.meeting, sharing: this.#sharing });
    this.#doorbell = new Doorbell(parts.devices, parts.preferences);
    this.#voices = new Voices(parts.sounds, parts.roster, parts.devices);
    this.#viewing = new Viewing(async (tracks) => {
      await this.#link.peer?.growTo(tracks.length);
      return (await this.#request("view", { tracks })).ok;
    });
    this.#publisher = new Publisher(async (track, state) => {
      const result = await this.#request("publish", { track, state });
      if (!result.ok) this.appeal.refused(track, state, result.failure);
      return result.ok;
    });
    const status = (): CallStatus => this.status;
    const listen = (): void => this.#voices.listen();
    const { preferences, devices, roster, stage, pictures, sounds } = parts;
    const [link, sharing, viewing, publisher] = [this.#link, this.#sharing, this.#viewing, this.#publisher];
    this.#stop = follow({
      ...{ status, listen, link, sharing, viewing, publisher },
      ...{ preferences, devices, roster, stage, pictures, sounds },
    });
  }

  /** The last refusal by the server: of connecting, of joining. */
  get failure(): Failure | null {
    return this.#entry.failure;
  }
  /** What I wait for, while `waiting`. */
  get wait(): Wait | null {
    return this.#entry.wait;
  }

  /** How media travels: known in the lobby once the connection is proven. */
  get path(): Path | null {
    return this.#link.path;
  }
  /** Who is in the meeting, while I am in the lobby. */
  get inside(): readonly Insider[] {
    return this.#parts.roster.inside;
  }
  /** I am in the lobby, and in the meeting already in another tab of this browser. */
  get elsewhere(): boolean {
    return this.status === "lobby" && this.#parts.seats.elsewhere(this.room, this.inside);
  }
  get me(): Participant | null {
    return this.#parts.roster.me;
  }
  /** The others, in the order they joined. */
  get participants(): readonly Participant[] {
    return this.#parts.roster.participants;
  }
  /** Ids of those who speak, the loudest first; may hold my own. */
  get speaking(): readonly string[] {
    return this.#parts.roster.speaking;
  }

  get troubles(): readonly Trouble[] {
    const { state, sendsPoorly, receivesPoorly } = this.#link;
    const signs: readonly [Trouble, boolean][] = [
      ["signalling", this.#unanswered || this.status === "reconnecting"],
      ["media", state === "interrupted"],
      ["sending", sendsPoorly],
      ["receiving", receivesPoorly],
    ];
    return signs.flatMap(([trouble, there]) => (there ? [trouble] : []));
  }

  /** I talk while muted. */
  get mutedTalking(): boolean {
    const { devices, preferences } = this.#parts;
    return preferences.mutedHint && this.#inMeeting && !devices.microphoneOn && devices.talking;
  }

  /** What the buttons show, in the lobby and in the meeting. */
  get microphoneOn(): boolean {
    return this.#parts.devices.works("microphone");
  }
  get cameraOn(): boolean {
    return this.#parts.devices.works("camera");
  }
  /** I share my screen. */
  get sharing(): boolean {
    return this.#sharing.tracks !== null;
  }
  /** Whether this browser can share a screen at all (phones cannot). */
  get canShare(): boolean {
    return this.#sharing.possible;
  }

  /** How loud this participant's voice is now, 0 to 1, for the ring around the tile (0: silent). Changes ≤ 10 times a second. */
  loudness(id: string): number {
    return this.#voices.of(id);
  }

  /** The media connection's statistics, for nerds; null while there is none. */
  async measure(): Promise<Reading | null> {
    const { pictures, sounds } = this.#parts;
    const stats = await this.#link.stats();
    return stats && { at: performance.now(), stats, carried: new Map([...sounds.carried(), ...pictures.carried()]) };
  }

  /** The browser wants a click before it plays sound: see hear(). */
  get soundBlocked(): boolean {
    return this.#held && this.#inMeeting; // there is nothing to hear in the lobby
  }

  /** Opens the lobby of a room: connects and proves the media path. App calls it. */
  open(room: string): void {
    if (this.#conversation?.room === room) return;
    this.shut();
    this.#entry.forget();
    this.room = room;
    this.status = "connecting";
    void this.#parts.devices.start();
    this.#connect();
  }

  /** Ends everything and forgets the room. App calls it. */
  shut(): void {
    if (this.#inMeeting || this.#entry.bound) this.#giveUpSeat();
    this.#end("idle", null);
    this.room = "";
    this.chat.clear();
  }

  /** Enters the meeting under this name (remembered), or asks to be let in. */
  async join(name: string, passcode = ""): Promise<void> {
    this.#entry.name = personName(name);
    this.#entry.passcode = passcode;
    this.#entry.bound = true;
    this.hear(); // a click brought us here: browsers that held sound back let it go now
    await this.#enter();
  }

  /** Takes my seat over from the other tab: for the others nothing changes. */
  goOnHere(): void {
    if (!this.elsewhere) return;
    this.#parts.seats.takeOver(this.room);
    this.#entry.failure = null;
    this.#entry.bound = true;
    this.status = "joining";
    this.hear();
    this.#conversation?.close();
    this.#link.close(); // the seat's connection is made anew from here
    this.#connect();
  }

  /** Back to the lobby from waiting to be let in. */
  async stopWaiting(): Promise<void> {
    if (this.status !== "waiting") return;
    this.#entry.leave();
    this.status = "lobby";
    await this.#request("leave", {});
  }

  /** Leaves for good; the Left screen follows. */
  leave(): void {
    this.#giveUpSeat();
    this.#end("left", "you-left");
  }

  /** From Left: into the meeting again. */
  async rejoin(): Promise<void> {
    if (this.status !== "left") return;
    this.status = "joining";
    this.leftReason = null;
    this.#entry.failure = null;
    this.#entry.bound = true;
    void this.#parts.devices.start();
    this.#connect();
  }

  async setMicrophone(on: boolean): Promise<void> {
    if (on && !this.#permits("microphone")) return;
    if (on) this.appeal.settle("microphone");
    else this.appeal.muted();
    await this.#parts.devices.setMicrophone(on);
    if (on) this.#explain("microphone");
  }

  async setCamera(on: boolean): Promise<void> {
    if (on && !this.#permits("camera")) return;
    if (on) this.appeal.settle("camera");
    if (on) this.#parts.preferences.audioOnly = false;
    await this.#parts.devices.setCamera(on);
    if (on) this.#explain("camera");
  }

  /** Asks what to share; quiet when the user cancels. */
  async shareScreen(): Promise<void> {
    if (this.#permits("screen")) await this.#sharing.start();
  }

  async stopSharing(): Promise<void> {
    this.#sharing.stop();
  }

  async rename(typed: string): Promise<void> {
    const name = personName(typed);
    const result = await this.#request("rename", { name });
    if (!result.ok) return this.#complain(result.failure);
    this.#parts.preferences.name = name;
    this.#parts.roster.amend({ name });
  }

  /** Plays the sound that the browser held back; call it from a click. */
  hear(): void {
    this.#parts.sounds.hear();
  }

  /** The browser holds sound back, or does so no longer. */
  setSoundBlocked(blocked: boolean): void {
    this.#held = blocked;
  }

  /** The page goes: nobody need look at its empty tile for long. A reload is back in time for the seat. */
  pageCloses(): void {
    if (this.#inMeeting) void this.#request("closing", {});
  }

  /** The server may have become reachable again: nothing waits for its pause. */
  hurry(): void {
    this.#conversation?.hurry();
  }

  /** The network is another one: nothing waits for its timeout. */
  networkChanged(): void {
    this.#conversation?.hurry();
    this.#link.networkChanged();
  }

  close(): void {
    this.#stop();
    this.#end("idle", null);
  }

  /** In the lobby anything may be tried: the room's settings are known only inside. */
  #permits(kind: Kind): boolean {
    return !this.#inMeeting || this.appeal.permits(kind);
  }

  get #inMeeting(): boolean {
    return this.status === "meeting" || this.status === "reconnecting";
  }

  #connect(): void {
    this.#conversation = new Conversation(
      this.room,
      () => this.#introduction,
      this.#parts.openSignalling,
      this.#parts.seats,
      (said) => this.#hear(said),
    );
  }

  get #introduction(): Introduction {
    const { keyring } = this.#parts;
    return { browser: keyring.browser, link: keyring.linkOf(this.room) };
  }

  /** What lets me at the room's files. */
  get #access(): Access | null {
    const key = this.#inMeeting ? this.#conversation?.key : null;
    return key ? { room: this.room, key } : null;
  }

  #request: Ask = async (event, data) =>
    (await this.#conversation?.request(event, data)) ?? {
      ok: false,
      failure: { code: "unreachable", text: "not in a room" },
    };

  #hear(said: Said): void {
    switch (said.type) {
      case "session":
        return this.#welcome(said.session, said.first);
      case "event":
        return this.#receive(said.event);
      case "down":
        return this.#lost();
      case "refused":
        this.#entry.failure = said.failure;
        return this.#end("left", "failed");
    }
  }

  /** The server is there, for the first time or again. */
  #welcome(session: Session, first: boolean): void {
    clearTimeout(this.#givingUp);
    this.#givingUp = undefined;
    this.#unanswered = false;
    const { keyring } = this.#parts;
    if (session.browser) keyring.keepBrowser(session.browser);
    const link = keyring.linkOf(this.room);
    if (link !== null) keyring.learnRole(this.room, link, session.role);
    this.#parts.roster.inside = session.inside;
    this.meeting.arrive(session);
    // A server that does not know us any more has forgotten our connection too.
    if (!first && !session.resumed && !session.joined) this.#link.renew();
    this.#link.up(async (sdp) => {
      const result = await this.#request("offer", { sdp });
      if (!result.ok) console.warn("The server refused an offer:", result.failure.text);
      return result.ok ? result.value.sdp : null;
    });
    if (session.resumed && this.#inMeeting) {
      this.#settle();
      return;
    }
    if (this.#entry.bound || session.joined || this.#inMeeting) void this.#enter();
    else this.status = "lobby";
  }

  async #enter(): Promise<void> {
    const back = this.#inMeeting || this.status === "waiting";
    if (!back) this.status = "joining";
    this.#conversation?.sit();
    const entered = await this.#entry.enter(back);
    if (entered === "nothing") return; // the next session enters
    if (entered === "refused") this.status = "lobby";
    else if (entered === "waiting") this.status = "waiting";
    else this.#inside(entered);
  }

  #inside(snapshot: Snapshot): void {
    const { roster, stage, pictures, preferences } = this.#parts;
    roster.enter(snapshot);
    this.meeting.enter(snapshot);
    this.appeal.comply(snapshot.you);
    this.#publisher.learn(snapshot.you);
    pictures.switch(snapshot.slots);
    stage.update();
    this.chat.enter(snapshot.you, snapshot.chat, this.room);
    preferences.rememberRoom(this.room);
    this.#settle();
  }

  /** In the meeting, with everything known: what was not said is said now. */
  #settle(): void {
    this.status = "meeting";
    this.#viewing.repeat();
    this.#publisher.publish(untrack(() => outlets(this.#parts.devices, this.#sharing, this.meeting.role)));
    this.chat.resend();
  }

  /** Nothing waits for the answer: without a network it would be long in coming, with camera and microphone on. */
  #giveUpSeat(): void {
    void this.#request("leave", {});
    this.#conversation?.forgetSeat();
  }

  #receive(event: Exclude<ServerEvent, { event: "session" }>): void {
    if (event.event === "admitted") return this.#entry.bound ? void this.#enter() : undefined; // or I have given up
    if (event.event === "ended") return this.#ended(event.data.reason);
    const { roster, stage, pictures } = this.#parts;
    const { chat, meeting, reactions, appeal } = this;
    deliver(event, { roster, stage, pictures, chat, meeting, reactions, appeal, doorbell: this.#doorbell });
  }

  #ended(reason: EndedReason): void {
    if (reason === "shutdown") return; // it comes back, and so do we
    // Only a seat that another tab has taken over can be taken back.
    if (reason !== "replaced") this.#conversation?.forgetSeat();
    this.#end("left", reason);
  }

  #lost(): void {
    this.#unanswered = true;
    this.#link.down();
    if (this.status === "meeting") this.status = "reconnecting";
    this.#givingUp ??= setTimeout(() => this.#end("left", "lost"), giveUpAfter);
  }

  #end(status: "left" | "idle", reason: LeftReason | null): void {
    clearTimeout(this.#givingUp);
    this.#givingUp = undefined;
    this.#entry.leave();
    this.#unanswered = false;
    this.#conversation?.close();
    this.#conversation = null;
    this.#link.close();
    this.#viewing.reset();
    this.#sharing.stop();
    this.#parts.devices.stop();
    this.#parts.roster.clear();
    this.#parts.stage.clear();
    this.meeting.clear();
    this.reactions.clear();
    this.appeal.clear();
    this.leftReason = reason;
    this.status = status;
  }

  /** Says in the meeting why a device stays off; the lobby has a place for that. */
  #explain(device: Captured): void {
    const { devices, notices } = this.#parts;
    const kind = devices.problem(device)?.kind;
    if (kind && this.#inMeeting) notices.notify("device-trouble", { tone: "warning", params: { device, kind } });
  }

  #complain({ code, reason }: Failure): void {
    const known = reason === "role" || reason === "settings" || reason === "name" ? reason : code;
    this.#parts.notices.notify("failed", { tone: "warning", params: { code: known } });
  }
}
