import type { Upload } from "./upload.svelte";

/** Pauses between attempts while the server cannot be reached, in ms; the last one is repeated. */
const pauses = [1000, 2000, 4000, 8000, 16_000, 30_000];

/** Files on their way: one after the other, so that the first is there soon and a call keeps its bandwidth. */
export class Uploads {
  readonly #failed: () => void;
  #queue: readonly Upload[] = [];
  #working = false;
  #attempts = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `failed` is told when the server refuses one. */
  constructor(failed: () => void) {
    this.#failed = failed;
  }

  add(upload: Upload): void {
    this.#queue = [...this.#queue, upload];
    void this.#work();
  }

  /** One that failed, once more. */
  retry(upload: Upload): void {
    if (upload.state === "failed") upload.state = "queued";
    if (this.#queue.includes(upload)) void this.#work();
    else this.add(upload);
  }

  /** The server is there again. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const upload of this.#queue) if (upload.state === "waiting") upload.state = "queued";
    void this.#work();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const upload of this.#queue) upload.cancel();
    this.#queue = [];
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let next = this.#next(); next; next = this.#next()) {
      await next.run();
      if (next.state === "waiting") break; // the others would have to wait too
      this.#attempts = 0;
      if (next.state === "failed") this.#failed();
      if (next.state !== "queued") this.#queue = this.#queue.filter((upload) => upload !== next);
    }
    this.#working = false;
    const stuck = this.#queue.find((upload) => upload.state === "waiting");
    if (!stuck || this.#timer !== undefined) return;
    const pause = pauses[Math.min(this.#attempts++, pauses.length - 1)] ?? 0;
    this.#timer = setTimeout(() => this.resume(), Math.max(pause, 1000 * (stuck.failure?.retry ?? 0)));
  }

  #next(): Upload | undefined {
    if (this.#queue.some((upload) => upload.state === "waiting")) return undefined;
    return this.#queue.find((upload) => upload.state === "queued");
  }
}
