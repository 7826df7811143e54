import type { Wish } from "../lib/protocol";

/** A window being dragged wider changes every frame; the server wants to know where it ends. In ms. */
const pause = 100;

/** Tells the server what I look at: the last word only, once things have come to rest. */
export class Viewing {
  readonly #tell: (wishes: readonly Wish[]) => Promise<boolean>;
  #wanted: readonly Wish[] = [];
  /** What the server has heard, as JSON. */
  #heard = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (wishes: readonly Wish[]) => Promise<boolean>) {
    this.#tell = tell;
  }

  show(wishes: readonly Wish[]): void {
    this.#wanted = wishes;
    this.#timer ??= setTimeout(() => void this.#say(), pause);
  }

  /** The server may have forgotten: says it again, at once. */
  repeat(): void {
    this.#heard = "";
    void this.#say();
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = [];
    this.#heard = "";
  }

  async #say(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const word = JSON.stringify(this.#wanted);
    if (word === this.#heard) return;
    this.#heard = word;
    if (!(await this.#tell(this.#wanted)) && this.#heard === word) this.#heard = "";
  }
}
