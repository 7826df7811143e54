/** The way back that phones have: a button or a gesture of the system, which pages meet as a step in the history. */
export interface BackButton {
  /** Puts a step into the history for the next press to take; nothing where there is no such button. */
  arm(): void;
  /** Takes the step out again, if nothing has gone on from there. */
  disarm(): void;
  /** Tells of presses until the returned function is called. */
  watch(pressed: () => void): () => void;
}

/** What marks our step in the history. */
const mark = "noom-overlay";

export class WebBack implements BackButton {
  readonly #window: Window;
  /** Steps that we take back ourselves, of which nobody needs to hear. */
  #own = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  arm(): void {
    // Mice have no such button; their owners close things where they opened them.
    if (this.#window.matchMedia("(pointer: coarse)").matches) this.#window.history.pushState(mark, "");
  }

  disarm(): void {
    if (this.#window.history.state !== mark) return;
    this.#own++;
    this.#window.history.back();
  }

  watch(pressed: () => void): () => void {
    const stop = new AbortController();
    this.#window.addEventListener("popstate", () => (this.#own > 0 ? this.#own-- : pressed()), { signal: stop.signal });
    return () => stop.abort();
  }
}
