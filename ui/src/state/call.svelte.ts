import type { Access } from "../browser/files";
import type { Path } from "../lib/health";
import { personName } from "../lib/names";
import type { Reading } from "../lib/statistics";
import type { EndedReason, Failure, Insider, Participant, ServerEvent, Session, Snapshot, Wait } from "../lib/protocol";
import { Appeal } from "./appeal.svelte";
import type { CallParts } from "./call-parts";
import { Chat } from "./chat.svelte";
import { Conversation, type Said } from "./conversation";
import { deliver } from "./deliver";
import { Doorbell } from "./doorbell";
import { Entry } from "./entry.svelte";
import { Meeting, type Ask } from "./meeting.svelte";
import { Outage } from "./outage.svelte";
import { Reactions } from "./reactions.svelte";
import { Sharing } from "./sharing.svelte";
import { isInside, type CallStatus } from "./status";
import { Switches } from "./switches";
import { Traffic, type MediaTrouble } from "./traffic.svelte";

export type { Path } from "../lib/health";

/** Why the Left screen is shown. `failed`: the server refused, see `failure`. `lost`: there was no way back for minutes. */
export type LeftReason = "you-left" | "lost" | "failed" | Exclude<EndedReason, "shutdown">;

/** `signalling`: the server does not answer. */
export type Trouble = "signalling" | MediaTrouble;

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
  readonly #parts: CallParts;
  readonly #entry: Entry;
  readonly #outage: Outage;
  readonly #sharing: Sharing;
  readonly #switches: Switches;
  readonly #traffic: Traffic;
  #conversation: Conversation | null = null;

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.#entry = new Entry(this.#request, parts.preferences);
    this.#outage = new Outage(() => this.#end("left", "lost"));
    this.chat = new Chat({
      ...{ ask: this.#request, files: parts.openFiles(() => this.#access), look: parts.look },
      ...{ roster: parts.roster, tabStore: parts.tabStore },
      complain: (failure) => this.#complain(failure),
      unsent: () => parts.notices.notify("chat-failed", { tone: "warning" }),
    });
    this.meeting = new Meeting(parts.roster, this.#request, (failure) => this.#complain(failure));
    this.reactions = new Reactions(this.#request);
    const sharing = (this.#sharing = new Sharing(parts.media, parts.notices));
    const appeal = (this.appeal = new Appeal({ ...parts, meeting: this.meeting, sharing }));
    this.#doorbell = new Doorbell(parts.devices, parts.preferences);
    this.#switches = new Switches({ ...parts, appeal, sharing, inMeeting: () => this.#inMeeting });
    this.#traffic = new Traffic(parts, {
      ...{ ask: this.#request, sharing, status: () => this.status },
      refused: (track, state, failure) => appeal.refused(track, state, failure),
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
    return this.#traffic.path;
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
    const unanswered = this.#outage.lasts || this.status === "reconnecting";
    return [...(unanswered ? (["signalling"] as const) : []), ...this.#traffic.troubles];
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
    return this.#traffic.loudness(id);
  }

  /** The media connection's statistics, for nerds; null while there is none. */
  measure(): Promise<Reading | null> {
    return this.#traffic.measure();
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
    this.#traffic.cut(); // the seat's connection is made anew from here
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

  setMicrophone(on: boolean): Promise<void> {
    return this.#switches.microphone(on);
  }

  setCamera(on: boolean): Promise<void> {
    return this.#switches.camera(on);
  }

  /** Asks what to share; quiet when the user cancels. */
  shareScreen(): Promise<void> {
    return this.#switches.screen();
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
    this.#traffic.networkChanged();
  }

  close(): void {
    this.#traffic.close();
    this.#end("idle", null);
  }

  get #inMeeting(): boolean {
    return isInside(this.status);
  }

  #connect(): void {
    const { keyring, openSignalling, seats } = this.#parts;
    const introduce = () => ({ browser: keyring.browser, link: keyring.linkOf(this.room) });
    this.#conversation = new Conversation(this.room, introduce, openSignalling, seats, (said) => this.#hear(said));
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
    this.#outage.end();
    const { keyring } = this.#parts;
    if (session.browser) keyring.keepBrowser(session.browser);
    const link = keyring.linkOf(this.room);
    if (link !== null) keyring.learnRole(this.room, link, session.role);
    this.#parts.roster.inside = session.inside;
    this.meeting.arrive(session);
    // A server that does not know us any more has forgotten our connection too.
    this.#traffic.up(!first && !session.resumed && !session.joined);
    if (session.resumed && this.#inMeeting) this.#settle();
    else if (this.#entry.bound || session.joined || this.#inMeeting) void this.#enter();
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
    this.#traffic.learn(snapshot.you);
    pictures.switch(snapshot.slots);
    stage.update();
    this.chat.enter(snapshot.you, snapshot.chat, this.room);
    preferences.rememberRoom(this.room);
    this.#settle();
  }

  /** In the meeting, with everything known: what was not said is said now. */
  #settle(): void {
    this.status = "meeting";
    this.#traffic.settle(this.meeting.role);
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
    deliver(event, { roster, stage, pictures, traffic: this.#traffic, chat, meeting, reactions, appeal, doorbell: this.#doorbell });
  }

  #ended(reason: EndedReason): void {
    if (reason === "shutdown") return; // it comes back, and so do we
    // Only a seat that another tab has taken over can be taken back.
    if (reason !== "replaced") this.#conversation?.forgetSeat();
    this.#end("left", reason);
  }

  #lost(): void {
    this.#outage.begin();
    this.#traffic.down();
    if (this.status === "meeting") this.status = "reconnecting";
  }

  #end(status: "left" | "idle", reason: LeftReason | null): void {
    this.#outage.end();
    this.#entry.leave();
    this.#conversation?.close();
    this.#conversation = null;
    this.#traffic.end();
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

  #complain({ code, reason }: Failure): void {
    if (!this.#conversation) return; // what I asked for went down with the meeting
    const known = reason === "role" || reason === "settings" || reason === "name" ? reason : code;
    this.#parts.notices.notify("failed", { tone: "warning", params: { code: known } });
  }
}
