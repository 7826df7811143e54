/** What others have said since I last looked, and where the line stands that shows it. */
export class Unread {
  /** So many messages. */
  count: number = $state(0);
  /** The first of them, by its id. */
  first: string | null = $state(null);
  /** The first of those that I missed last, though I may have read them by now. */
  line: string | null = $state(null);

  #watched = false;

  /** The end of the chat is in sight, or no longer; true: all of it is read. */
  watch(on: boolean): void {
    this.#watched = on;
    if (on) this.#read();
  }

  /** Somebody else's message came; false: I saw it come. */
  add(id: string): boolean {
    if (this.#watched) return false;
    if (this.count === 0) this.line = this.first = id;
    this.count++;
    return true;
  }

  /** The chat is closed: the line has done its work, unless something is unread. */
  close(): void {
    this.#watched = false;
    this.line = this.first;
  }

  clear(): void {
    this.#read();
    this.close();
  }

  #read(): void {
    this.count = 0;
    this.first = null;
  }
}
