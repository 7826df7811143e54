import type { Files } from "../browser/files";
import type { Look } from "../browser/sight";
import type { Store } from "../browser/storage";
import { edited, erased, hasReacted, reacted } from "../lib/amend";
import type { Author, Emoji, Failure, Message } from "../lib/protocol";
import { findMessage, withChanged, withMessage, withNewest } from "../lib/thread";
import { Amendments, type Amendment } from "./amendments.svelte";
import { Draft, longestMessage } from "./draft.svelte";
import { SharedFiles } from "./shared-files";
import type { Ask } from "./meeting.svelte";
import { Outbox, type Outgoing } from "./outbox.svelte";
import { Past } from "./past.svelte";
import type { Roster } from "./roster.svelte";
import { Upload } from "./upload.svelte";
import { Unread } from "./unread.svelte";

/** A message as it is shown. */
export interface ChatMessage extends Omit<Message, "seq"> {
  /** Unique on this page. */
  readonly id: string;
  /** null: the server has not stored it yet. */
  readonly seq: number | null;
  readonly mine: boolean;
  /** `pending` until the server has stored it, or what I did to it; `failed`: it was refused, see retry(). */
  readonly state: "sent" | "pending" | "failed";
  readonly failure?: Failure | undefined;
  /** Its file is on its way. */
  readonly upload?: Upload | undefined;
}

/** What Chat is built from. */
export interface ChatParts {
  readonly ask: Ask;
  readonly files: Files;
  readonly look: Look;
  readonly roster: Roster;
  /** Lives as long as the tab: how far one has read. */
  readonly tabStore: Store;
  readonly complain: (failure: Failure) => void;
  /** A message of mine was refused while the chat was closed. */
  readonly unsent: () => void;
  readonly now?: () => number;
}

/** A page that stays open for days keeps this many messages; older ones can be read again. */
const kept = 5000;

/** The room's chat: what everybody wrote, oldest first, and what I am still sending. */
export class Chat {
  #stored: readonly Message[] = $state.raw([]);
  #me: Author = $state.raw({ id: "", name: "", who: "" });
  readonly draft: Draft;
  readonly files: SharedFiles;
  /** What was said before the first message here. */
  readonly past: Past;

  readonly #parts: ChatParts;
  readonly #outbox: Outbox;
  readonly #amendments = new Amendments((seq, change) => this.#amend(seq, change));
  readonly #unread = new Unread();
  readonly #now: () => number;
  #shows = 0;
  #room = "";
  #newSince = 0;
  /** My own ids, so that a message keeps its place on the page when the server has stored it. */
  readonly #sentIds = new Set<string>();
  /** Each message as shown, for as long as nothing about it changes. */
  #shown = new WeakMap<object, ChatMessage>();

  /** What is stored, in the server's order, and then what is on its way. */
  readonly messages: readonly ChatMessage[] = $derived.by(() => {
    void this.#me; // which of them are mine
    const stored = this.#amendments.over(this.#stored).map((message) => this.#show(message));
    return [...stored, ...this.#outbox.list.map((message) => this.#showOutgoing(message))];
  });

  /** The last message of mine, to be changed; null: there is none, or the server has not stored it yet. */
  get changeable(): ChatMessage | null {
    const last = this.messages.findLast(({ mine, deleted, state }) => mine && !deleted && state !== "failed");
    return last && last.seq !== null ? last : null;
  }

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.past = new Past(parts.ask, { messages: () => this.#stored, put: (messages) => (this.#stored = messages) });
    this.draft = new Draft(parts.files);
    this.files = new SharedFiles(parts.files, parts.look);
    const stored = (message: Message) => this.#store(message, false);
    const idOf = (person: Author) => this.present(person)?.id ?? person.id;
    const refused = () => {
      if (this.#shows === 0) parts.unsent();
    };
    this.#outbox = new Outbox(parts.ask, { idOf, stored, refused });
  }

  /** Messages of others since I last looked. */
  get unread(): number {
    return this.#unread.count;
  }
  /** The first of them, by its id. */
  get firstUnread(): string | null {
    return this.#unread.first;
  }
  /** Where the unread line stands: above the first of those that I missed last. */
  get unreadLine(): string | null {
    return this.#unread.line;
  }

  /** Something of mine is on its way, and would be lost with the page. */
  get sending(): boolean {
    return this.#outbox.sending || this.#amendments.list.length > 0;
  }

  /** Who I am to the others of this room. */
  get me(): Author {
    return this.#me;
  }

  /** This person's place in the meeting now, whatever it was then; undefined: not here. */
  present(person: Author): Author | undefined {
    const { participants } = this.#parts.roster;
    const here = participants.find(({ id }) => id === person.id);
    return here ?? participants.find(({ who }) => who !== "" && who === person.who);
  }

  /** What one is called who is known here; null: nobody here knows. */
  nameOf(who: string): string | null {
    const here = this.#parts.roster.participants.find((person) => person.who === who);
    return here?.name ?? this.#stored.findLast(({ from }) => from.who === who)?.from.name ?? null;
  }

  /** The message of this seq, if it is here. */
  find(seq: number): ChatMessage | undefined {
    const message = this.#find(seq);
    return message && this.#show(message);
  }

  /** Sends what is written, with its files; false when there is nothing to send or it is too long. */
  send(): boolean {
    const { draft } = this;
    if (!draft.ready) return false;
    if (draft.editing) {
      const [message, text] = [draft.editing, draft.text];
      draft.endEdit();
      if (message.seq !== null) void this.edit(message.seq, text, () => draft.resume(message, text));
      return true;
    }
    const [first, ...others] = draft.files.map(({ content, picture }) => new Upload(content, picture, this.#parts.files));
    const [to, reply] = [draft.to ?? undefined, draft.reply?.seq ?? undefined];
    this.#send({ text: draft.text.trim(), to, reply, upload: first });
    for (const upload of others) this.#send({ text: "", to, upload });
    draft.sent();
    return true;
  }

  /** Sends a failed message again. */
  retry(id: string): void {
    this.#outbox.retry(id);
  }

  /** Drops a message that is not sent yet, and its file. */
  discard(id: string): void {
    const picture = this.#outbox.list.find((message) => message.id === id)?.upload?.picture;
    if (picture) this.#parts.files.release(picture);
    this.#outbox.discard(id);
  }

  /** Changes a message of mine; `refused`: the server would not have it. */
  async edit(seq: number, text: string, refused: () => void = () => undefined): Promise<void> {
    const trimmed = text.trim();
    if ([...trimmed].length > longestMessage || trimmed === this.#find(seq)?.text) return;
    const at = this.#now();
    const change = (message: Message) => edited(message, trimmed, at);
    await this.#change(seq, change, () => this.#parts.ask("chat_edit", { seq, text: trimmed }), refused);
  }

  async delete(seq: number): Promise<void> {
    await this.#change(seq, erased, () => this.#parts.ask("chat_delete", { seq }));
  }

  /** Adds my reaction, or takes it back. */
  async react(seq: number, emoji: Emoji): Promise<void> {
    const { who } = this.#me;
    const message = this.#find(seq);
    if (!message) return;
    const on = !hasReacted(message, emoji, who);
    const change = (now: Message) => (hasReacted(now, emoji, who) === on ? now : reacted(now, emoji, who));
    await this.#change(seq, change, () => this.#parts.ask("chat_react", { seq, emoji, on }));
  }

  /** The chat is open, until the returned function is called. */
  show(): () => void {
    this.#shows++;
    return () => {
      if (--this.#shows === 0) this.#unread.close();
    };
  }

  /** Its end is in sight, or no longer; true: all is read. */
  watch(on: boolean): void {
    this.#unread.watch(on);
    if (on) this.#keepRead();
  }

  /** I am in the meeting, as `me`: this is the room's history, and what I could not send goes out again. */
  enter(me: Author & { readonly joinedAt?: number }, history: readonly Message[], room: string): void {
    const first = this.#stored.length === 0;
    const read = first ? Number(this.#parts.tabStore.read(`noom.read.${room}`) ?? NaN) : (this.#stored.at(-1)?.seq ?? 0);
    if (me.who !== this.#me.who || me.id !== this.#me.id) this.#shown = new WeakMap();
    this.#me = { id: me.id, name: me.name, who: me.who };
    this.#room = room;
    const { thread, whole } = withNewest(this.#stored, history);
    if (!whole || first) this.past.state = thread.length > 0 ? "more" : "none";
    this.#stored = thread;
    if (Number.isNaN(read)) {
      // To who has never been here nothing of it is news, nor what the room recalls a moment later.
      this.#newSince = me.joinedAt ?? 0;
      this.#keepRead();
    }
    for (const message of history) {
      if (this.#isMine(message)) this.#outbox.drop(message.id);
      else if (message.seq > read) this.#count(message);
    }
    this.resend();
  }

  /** The server sent a message: somebody's, or my own now that it is stored. */
  receive(message: Message): void {
    this.#store(message, true);
  }

  /** A message was edited, deleted or reacted to. */
  change(message: Message): void {
    this.#stored = withChanged(this.#stored, message);
  }

  /** The server is there again: what is pending goes out once more, in order. */
  resend(): void {
    this.#outbox.resend();
    this.#amendments.resend();
  }

  /** I left the room: the next one's chat is another. */
  clear(): void {
    this.#stored = [];
    this.#outbox.clear();
    this.#amendments.clear();
    this.#sentIds.clear();
    this.draft.clear();
    this.files.clear();
    this.past.clear();
    this.#room = "";
    this.#newSince = 0;
    this.#unread.clear();
  }

  close(): void {
    this.clear();
  }

  /** Remembers over a reload that everything here is read. */
  #keepRead(): void {
    const last = this.#stored.at(-1)?.seq ?? 0;
    this.#parts.tabStore.write(`noom.read.${this.#room}`, String(last));
  }

  #send(message: Pick<Outgoing, "text" | "to" | "reply" | "upload">): void {
    const id = crypto.randomUUID();
    this.#sentIds.add(id);
    this.#outbox.send({ id, from: this.#me, at: this.#now(), state: "pending", ...message });
  }

  /** The message of this seq with what I did to it. */
  #find(seq: number): Message | undefined {
    return findMessage(this.#amendments.over(this.#stored), seq);
  }

  #change(seq: number, change: Amendment["change"], ask: Amendment["ask"], refused?: () => void): Promise<void> {
    const complain = (failure: Failure) => {
      refused?.();
      this.#parts.complain(failure);
    };
    return this.#amendments.add({ seq, change, ask, refused: complain });
  }

  /** The server has taken a change of mine. */
  #amend(seq: number, change: Amendment["change"]): void {
    const message = findMessage(this.#stored, seq);
    if (message) this.#stored = withChanged(this.#stored, change(message));
  }

  #store(message: Message, fresh: boolean): void {
    const mine = this.#isMine(message);
    if (mine) this.#arrived(message);
    const stored = withMessage(this.#stored, message);
    if (stored === this.#stored) return;
    this.#stored = stored.length > kept ? stored.slice(-kept) : stored;
    if (stored.length > kept) this.past.state = "more";
    if (fresh && !mine) this.#count(message);
  }

  /** What I sent is stored, and its picture is known already. */
  #arrived({ id, file }: Message): void {
    const picture = this.#outbox.list.find((own) => own.id === id)?.upload?.picture;
    if (picture && file) this.files.adopt(file, picture);
    this.#outbox.drop(id);
  }

  #count(message: Message): void {
    if (message.deleted || message.at < this.#newSince) return;
    if (!this.#unread.add(this.#keyOf(message))) this.#keepRead();
  }

  #isMine({ from }: Message): boolean {
    return from.who === "" ? from.id === this.#me.id : from.who === this.#me.who;
  }

  /** Others choose their messages' ids, and might choose one that is taken. */
  #keyOf(message: Message): string {
    return this.#sentIds.has(message.id) && this.#isMine(message) ? message.id : `#${message.seq}`;
  }

  #show(message: Message): ChatMessage {
    const known = this.#shown.get(message);
    if (known) return known;
    const held = this.#amendments.holds(message.seq);
    const [id, mine, state] = [this.#keyOf(message), this.#isMine(message), held ? "pending" : "sent"] as const;
    const shown: ChatMessage = { ...message, id, mine, state };
    if (!held) this.#shown.set(message, shown);
    return shown;
  }

  #showOutgoing(message: Outgoing): ChatMessage {
    const shown = this.#shown.get(message) ?? { ...message, seq: null, mine: true };
    this.#shown.set(message, shown);
    return shown;
  }
}
