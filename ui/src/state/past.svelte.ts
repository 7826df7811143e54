import { pauseOf, sleep } from "../lib/again";
import type { Answers, Result } from "../lib/parse";
import type { Message } from "../lib/protocol";
import { findMessage, withOlder } from "../lib/thread";
import type { Ask } from "./meeting.svelte";

type Thread = readonly Message[];

/** The messages that are here. */
export interface Here {
  readonly messages: () => Thread;
  readonly put: (messages: Thread) => void;
}

/** The server's limit of a page of history. */
const page = 100;
/** Further back than so many pages nobody follows a quotation at once. */
const farthest = 50;
/** A lost connection is waited for so often and so long, in ms, before what was collected is given up. */
const [mostLost, lostPause] = [20, 3000];

/** What was said before the first message here, page by page and no faster than the server likes. */
export class Past {
  /** What there is before the first message here. */
  state: "more" | "loading" | "failed" | "none" = $state("none");
  /** So many messages have been collected of all; null: nobody wants all. */
  collected: number | null = $state(null);

  readonly #ask: Ask;
  readonly #here: Here;
  #loading: Promise<void> | null = null;
  #collecting: AbortController | null = null;
  /** Counts the rooms. */
  #visit = 0;

  constructor(ask: Ask, here: Here) {
    this.#ask = ask;
    this.#here = here;
  }

  /** Fetches an older page; one at a time. */
  load(): Promise<void> {
    const before = this.#here.messages()[0]?.seq;
    if (before === undefined || this.state === "none") return Promise.resolve();
    return (this.#loading ??= this.#load(before, this.#visit));
  }

  /**
   * Finds a message, with all that is between. `gone`: it is not there any more; `failed`: the server did not answer, or
   * it is far away, and somewhat nearer now.
   */
  async reach(seq: number): Promise<"there" | "gone" | "failed"> {
    const visit = this.#visit;
    const first = () => this.#here.messages()[0]?.seq ?? 0;
    for (let pages = 0; first() > seq && this.state !== "none"; pages++) {
      if (pages === farthest) return "failed";
      await this.load();
      if (visit !== this.#visit || this.state === "failed") return "failed";
    }
    return findMessage(this.#here.messages(), seq) ? "there" : "gone";
  }

  /** Everything the room remembers, oldest first; null: it did not come. What is here stays as it is. */
  async collect(): Promise<Thread | "stopped" | null> {
    if (this.#collecting) return "stopped";
    const stop = (this.#collecting = new AbortController());
    let all = this.#here.messages();
    let lost = 0;
    for (let more = this.state !== "none"; more && all[0]; ) {
      this.collected = all.length;
      const result = await this.#page(all[0].seq, stop.signal);
      if (!result.ok && result.failure.code === "unreachable") await sleep(lostPause, stop.signal);
      if (stop.signal.aborted) return "stopped";
      if (result.ok) {
        lost = 0;
        all = withOlder(all, result.value.chat);
        more = result.value.more && result.value.chat.length > 0;
      } else if (result.failure.code !== "unreachable" || ++lost === mostLost) {
        this.stop();
        return null;
      }
    }
    this.stop();
    return all;
  }

  /** Collects no more. */
  stop(): void {
    this.#collecting?.abort();
    this.#collecting = null;
    this.collected = null;
  }

  /** Another room. */
  clear(): void {
    this.stop();
    this.#visit++;
    this.#loading = null;
    this.state = "none";
  }

  async #load(before: number, visit: number): Promise<void> {
    this.state = "loading";
    const result = await this.#page(before);
    if (visit !== this.#visit) return;
    this.#loading = null;
    if (this.#here.messages()[0]?.seq !== before) {
      // So much was missed meanwhile that the page belongs nowhere.
      if (this.state === "loading") this.state = "more";
    } else if (result.ok) {
      this.#here.put(withOlder(this.#here.messages(), result.value.chat));
      this.state = result.value.more ? "more" : "none";
    } else {
      // A server from before there were pages knows no such request.
      this.state = result.failure.code === "not_found" ? "none" : "failed";
    }
  }

  /** A page, when it is our turn. */
  async #page(before: number, stop?: AbortSignal): Promise<Result<Answers["history"]>> {
    const visit = this.#visit;
    for (;;) {
      const result = await this.#ask("history", { before, limit: page });
      const wait = !result.ok && result.failure.code === "limited";
      if (!wait || visit !== this.#visit || stop?.aborted) return result;
      await sleep(pauseOf(result.failure), stop);
    }
  }
}
