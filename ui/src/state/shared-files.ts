import type { Files } from "../browser/files";
import type { Look } from "../browser/sight";
import { pauseOf, sleep } from "../lib/again";
import type { Failure, FileInfo } from "../lib/protocol";

/** What a picture in the chat is now: not looked at, on its way, here, or not to be had. */
export type Shown = { readonly address: string } | "loading" | "failed" | null;

interface Picture {
  address: string;
  users: number;
  readonly size: number;
}

/** Pictures nobody looks at are kept up to this many bytes: scrolling back and forth fetches nothing twice. */
const mostIdle = 32 * 1024 * 1024;
/** A server that is busy is asked again so often. */
const mostTries = 10;

/** The files of the chat: pictures are fetched when they come into view and released when long gone, others are saved. */
export class SharedFiles {
  readonly #files: Files;
  readonly #look: Look;
  /** By file id; the least lately used first. */
  readonly #pictures = new Map<string, Picture>();
  readonly #fetching = new Map<string, Promise<Failure | null>>();

  constructor(files: Files, look: Look) {
    this.#files = files;
    this.#look = look;
  }

  /** A picture that this page has sent needs no fetching. */
  adopt(file: FileInfo, address: string): void {
    if (this.#pictures.has(file.id)) return this.#files.release(address);
    this.#pictures.set(file.id, { address, users: 0, size: file.size });
    this.#prune();
  }

  /** Attaches to the element that shows the picture; `sink` is told what to show, until the element goes. */
  show(file: FileInfo, sink: (shown: Shown) => void): (element: Element) => () => void {
    return (element) => {
      let looked = 0; // coming into view and leaving it, counted: what was asked for at another time is let go
      let near = false;
      let held = false;
      const letGo = () => {
        if (held) this.#letGo(file.id);
        held = false;
      };
      const hold = async (when: number) => {
        if (!this.#pictures.has(file.id)) sink("loading");
        const address = await this.#hold(file, () => looked === when);
        if (looked !== when) {
          if (address !== null) this.#letGo(file.id);
          return;
        }
        held = address !== null;
        sink(address === null ? "failed" : { address });
      };
      const stop = this.#look(element, (now) => {
        if (now === near) return;
        near = now;
        looked++;
        if (near) return void hold(looked);
        letGo();
        sink(null);
      });
      return () => {
        stop();
        looked++;
        letGo();
      };
    };
  }

  /** Saves a file of the chat among the user's downloads; false: it could not be had. */
  async save(file: FileInfo): Promise<boolean> {
    const content = await this.#files.fetch(file.id, "application/octet-stream");
    if (content.ok) this.#files.save(content.value, file.name);
    return content.ok;
  }

  /** Saves text as a file of the user's. */
  saveText(text: string, name: string): void {
    this.#files.save(new Blob([text], { type: "text/plain;charset=utf-8" }), name);
  }

  clear(): void {
    for (const { address } of this.#pictures.values()) this.#files.release(address);
    this.#pictures.clear();
    this.#fetching.clear();
  }

  /** The picture's address, held until it is let go; null: it cannot be had, or is not wanted any more. */
  async #hold(file: FileInfo, wanted: () => boolean): Promise<string | null> {
    for (let tries = 0; !this.#pictures.has(file.id) && wanted() && tries < mostTries; tries++) {
      const fetching = this.#fetching.get(file.id) ?? this.#fetch(file);
      this.#fetching.set(file.id, fetching);
      const failure = await fetching;
      if (!failure) break;
      if (failure.code !== "limited") return null;
      // Many pictures at once, or many people: each has its turn.
      await sleep(pauseOf(failure));
    }
    const picture = this.#pictures.get(file.id);
    if (!picture) return null;
    picture.users++;
    this.#pictures.delete(file.id);
    this.#pictures.set(file.id, picture); // the latest used
    return picture.address;
  }

  async #fetch(file: FileInfo): Promise<Failure | null> {
    const content = await this.#files.fetch(file.id, file.type);
    this.#fetching.delete(file.id);
    if (!content.ok) return content.failure;
    const address = this.#files.addressOf(content.value);
    this.#pictures.set(file.id, { address, users: 0, size: file.size });
    return null;
  }

  #letGo(id: string): void {
    const picture = this.#pictures.get(id);
    if (!picture) return;
    picture.users--;
    this.#prune();
  }

  #prune(): void {
    let idle = 0;
    for (const [id, { address, users, size }] of [...this.#pictures].reverse()) {
      if (users > 0) continue;
      idle += size;
      if (idle <= mostIdle) continue;
      this.#files.release(address);
      this.#pictures.delete(id);
    }
  }
}
