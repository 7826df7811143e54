import type { Controls, LittleWindow } from "../browser/little-window";

/** The meeting in a small window of its own, above all others. */
export class Apart {
  /** Where its content goes; null while it is closed, or shows one picture only. */
  body: HTMLElement | null = $state.raw(null);
  #picture: boolean = $state(false);
  readonly #window: LittleWindow;

  constructor(window: LittleWindow) {
    this.#window = window;
  }

  /** Whether this browser can do it at all. */
  get possible(): boolean {
    return this.#window.kind !== null;
  }

  get open(): boolean {
    return this.body !== null || this.#picture;
  }

  /** It holds one picture, see show(). */
  get picture(): boolean {
    return this.#picture;
  }

  /** Opens or closes it; call it from a click. `controls` is what a window for one picture offers. */
  async toggle(controls: Controls): Promise<void> {
    if (this.open) return this.close();
    if (this.#window.kind === "document") {
      this.body = await this.#window.open(() => (this.body = null));
    } else if (this.#window.kind === "picture") {
      this.#picture = await this.#window.openPicture(controls, () => (this.#picture = false));
    }
  }

  /** Gives the window the looks that the page has by now. */
  dress(): void {
    this.#window.dress();
  }

  /** What a window for one picture shows. */
  show(stream: MediaStream | null, name: string): void {
    this.#window.show(stream, name);
  }

  close(): void {
    this.#window.close();
    this.body = null;
    this.#picture = false;
  }
}
