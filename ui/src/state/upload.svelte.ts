import type { Files } from "../browser/files";
import type { Failure } from "../lib/protocol";

/** `waiting`: the server cannot be reached or is busy; it goes on later. `failed`: the server said no. */
export type UploadState = "queued" | "sending" | "waiting" | "stored" | "failed" | "cancelled";

/** The server's limit, in bytes. */
export const largestFile = 25 * 1024 * 1024;
/** Pieces begin small, for slow lines, and grow to what the server takes at once, in bytes. */
const [smallPiece, largePiece] = [256 * 1024, 1024 * 1024];
/** A piece that took less than this could have been larger, in ms. */
const quick = 1000;
/** More misunderstandings than this about what the server has are no accident. */
const mostRepairs = 5;

/** One file's way to the server. */
export class Upload {
  state: UploadState = $state("queued");
  /** Bytes that the server has. */
  sent: number = $state(0);
  failure: Failure | null = $state.raw(null);
  /** It was moved or changed on the disk, or is no file at all. */
  unreadable: boolean = $state(false);
  /** The file's id once it is stored; null: it was cancelled. A failed one may still be tried again. */
  finished: Promise<string | null>;

  readonly content: File;
  /** Where this page finds it as a picture; null: it is none. */
  readonly picture: string | null;
  readonly #files: Files;
  readonly #stop = new AbortController();
  #finish: (id: string | null) => void = () => undefined;
  #id: string | null = null;
  #unsure = false;
  /** The server has said so: it may have every byte and no time yet to look at them. */
  #whole = false;
  #repairs = 0;
  #piece = smallPiece;

  constructor(content: File, picture: string | null, files: Files) {
    this.content = content;
    this.picture = picture;
    this.#files = files;
    this.finished = new Promise((resolve) => (this.#finish = resolve));
  }

  /** Sends what is missing. Resolves when it is stored or cancelled, has failed or has to wait. */
  async run(): Promise<void> {
    this.state = "sending";
    this.failure = null;
    this.unreadable = false;
    while (this.state === "sending") {
      const failure = await this.#step();
      if (this.#stop.signal.aborted) return;
      if (failure) this.#stumble(failure);
      else if (this.#whole && this.#id !== null) {
        this.state = "stored";
        this.#finish(this.#id);
      }
    }
  }

  /** Goes again from the beginning: the server has forgotten it. */
  restart(): void {
    this.#id = null;
    this.#whole = false;
    this.sent = 0;
    this.state = "failed";
    this.finished = new Promise((resolve) => (this.#finish = resolve));
  }

  cancel(): void {
    if (this.state === "stored" || this.state === "cancelled") return;
    this.state = "cancelled";
    this.#stop.abort();
    this.#finish(null);
    if (this.#id !== null) void this.#files.cancel(this.#id);
  }

  async #step(): Promise<Failure | null> {
    if (this.#id === null) {
      const begun = await this.#files.begin(this.content.name, this.content.size);
      if (!begun.ok) return begun.failure;
      this.#id = begun.value.file;
      if (this.#stop.signal.aborted) void this.#files.cancel(this.#id);
      return null;
    }
    if (this.#unsure) {
      const known = await this.#files.offset(this.#id);
      if (!known.ok) return known.failure;
      this.sent = Math.min(known.value, this.content.size);
      this.#unsure = false;
      return null;
    }
    const started = performance.now();
    // Read here: to browsers a file that cannot be read is a request that failed, like a lost connection.
    const bytes = await this.content.slice(this.sent, this.sent + this.#piece).arrayBuffer().catch(() => null);
    if (this.#stop.signal.aborted) return null;
    this.unreadable = bytes === null;
    if (bytes === null) return { code: "invalid", text: "the file cannot be read" };
    const piece = new Blob([bytes]);
    const answer = await this.#files.append(this.#id, this.sent, piece, this.#stop.signal);
    if (!answer.ok) return answer.failure;
    this.sent = answer.value.offset;
    this.#whole = answer.value.file !== undefined;
    if (performance.now() - started < quick) this.#piece = Math.min(this.#piece * 2, largePiece);
    return null;
  }

  #stumble(failure: Failure): void {
    this.failure = failure;
    this.#piece = smallPiece;
    this.#unsure = this.#id !== null;
    if (failure.code === "unreachable" || failure.code === "limited") {
      this.state = "waiting";
      return;
    }
    if (failure.code === "not_found" && this.#id !== null) {
      this.#id = null; // it took too long, or the server has lost it
      this.#unsure = false;
      this.sent = 0;
    } else if (failure.code !== "conflict" || this.#id === null) {
      this.state = "failed";
    }
    if (++this.#repairs > mostRepairs) this.state = "failed";
  }
}
