import type { Files } from "../browser/files";
import { pictureTypes, type Author } from "../lib/protocol";
import type { ChatMessage } from "./chat.svelte";
import { largestFile } from "./upload.svelte";

/** A file that goes out with the next message. */
export interface Attachment {
  readonly key: number;
  readonly content: File;
  /** Where this page finds it as a picture; null: it is none. */
  readonly picture: string | null;
  /** It cannot be sent. */
  readonly problem: "too-large" | "empty" | null;
}

/** The server's limit, in characters. */
export const longestMessage = 4000;
/** More files at once are a folder. */
const mostFiles = 10;

/** The message that is being written; it outlives the closed chat. */
export class Draft {
  text: string = $state("");
  /** The only one who reads it; null: everybody. */
  to: Author | null = $state.raw(null);
  /** The message it answers. */
  reply: ChatMessage | null = $state.raw(null);
  /** The message of mine that it changes. */
  editing: ChatMessage | null = $state.raw(null);
  files: readonly Attachment[] = $state.raw([]);

  readonly #files: Files;
  #next = 1;
  /** What was written before editing began. */
  #before = "";

  constructor(files: Files) {
    this.#files = files;
  }

  /** Characters beyond the limit; 0 or less: it fits. */
  get excess(): number {
    return [...this.text.trim()].length - longestMessage;
  }

  /** There is something to send, and nothing in the way. */
  get ready(): boolean {
    if (this.excess > 0) return false;
    if (this.editing) return this.text.trim() !== "" || this.editing.file !== undefined;
    return this.files.every(({ problem }) => problem === null) && (this.text.trim() !== "" || this.files.length > 0);
  }

  /** What it answers is private, and so is the answer: nobody else can be chosen. */
  get bound(): boolean {
    return this.reply?.to !== undefined;
  }

  /** Begins an answer. That to a private message is as private, and stays so: only the user ever chooses everybody. */
  answer(message: ChatMessage): void {
    this.endEdit();
    this.reply = message;
    if (message.to) this.to = message.mine ? message.to : message.from;
  }

  endReply(): void {
    this.reply = null;
  }

  edit(message: ChatMessage): void {
    this.endEdit();
    this.endReply();
    this.#before = this.text;
    this.editing = message;
    this.text = message.text;
  }

  endEdit(): void {
    if (!this.editing) return;
    this.editing = null;
    this.text = this.#before;
  }

  /** An edit that was refused: its words are not lost, unless others stand in their place by now. */
  resume(message: ChatMessage, text: string): void {
    if (this.editing || this.reply || this.text !== "" || this.files.length > 0) return;
    this.edit(message);
    this.text = text;
  }

  /** False: there were too many, and some were left out. */
  attach(files: readonly File[]): boolean {
    const room = mostFiles - this.files.length;
    const fresh = files.slice(0, room).map((content): Attachment => {
      const problem = content.size > largestFile ? "too-large" : content.size === 0 ? "empty" : null;
      const shown = problem === null && pictureTypes.includes(content.type);
      return { key: this.#next++, content, problem, picture: shown ? this.#files.addressOf(content) : null };
    });
    this.files = [...this.files, ...fresh];
    return files.length <= room;
  }

  detach(key: number): void {
    for (const file of this.files) if (file.key === key && file.picture) this.#files.release(file.picture);
    this.files = this.files.filter((file) => file.key !== key);
  }

  /** It is sent; whom it was for stays, and the pictures are others' now. */
  sent(): void {
    this.text = "";
    this.files = [];
    this.endReply();
  }

  clear(): void {
    for (const { key } of this.files) this.detach(key);
    this.editing = null;
    this.reply = null;
    this.to = null;
    this.text = "";
  }
}
