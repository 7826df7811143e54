import type { BackButton } from "../browser/back";

/**
 * What lies over the page: sheets, menus, dialogs. On a phone the way back closes the topmost of them, and leaves the
 * meeting only when there is none.
 */
export class Overlays {
  readonly #back: BackButton;
  readonly #open: (() => void)[] = [];
  readonly #stop: () => void;
  /** One step stands in the history as long as anything is open. */
  #armed = false;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(back: BackButton) {
    this.#back = back;
    this.#stop = back.watch(() => this.#pressed());
  }

  /** The way back closes this, until the returned function is called. */
  open(close: () => void): () => void {
    this.#open.push(close);
    this.#soon();
    return () => {
      const at = this.#open.lastIndexOf(close);
      if (at >= 0) this.#open.splice(at, 1);
      this.#soon();
    };
  }

  close(): void {
    clearTimeout(this.#settling);
    this.#stop();
  }

  #pressed(): void {
    this.#armed = false; // the press has taken the step
    this.#open.at(-1)?.();
    this.#soon();
  }

  /** A menu closes and opens a dialog in the same moment: the history need not know. */
  #soon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      const wanted = this.#open.length > 0;
      if (wanted === this.#armed) return;
      this.#armed = wanted;
      if (wanted) this.#back.arm();
      else this.#back.disarm();
    }, 0);
  }
}
