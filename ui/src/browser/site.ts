/** The page's surroundings: address bar, clipboard, full screen, network. */

export type BrowserName = "chromium" | "firefox" | "safari" | "ios" | "android" | "other";

export interface Site {
  readonly browser: BrowserName;
  /** Scheme, host and port. */
  readonly origin: string;
  /** The address's path now. */
  path(): string;
  /** The address's fragment with its #, or "". No server sees it: keys stand there. */
  fragment(): string;
  /** Shows another path in the address bar, without a fragment, as a new step of the history or in place of this one. */
  go(path: string, how: "push" | "replace"): void;
  /** Puts text on the clipboard; false when the browser refuses. */
  copy(text: string): Promise<boolean>;
  /** Whether this browser can fill the screen with the page; iPhones cannot. */
  readonly canFullScreen: boolean;
  toggleFullScreen(): Promise<void>;
  /** Loads the page anew. */
  reload(): void;
  /** Whether the server answers now. */
  reaches(): Promise<boolean>;
  /** Whether the browser asks before the page is closed or loaded anew. */
  hold(on: boolean): void;
  /** Tells what happens to the page until the returned function is called. */
  watch(sink: (event: SiteEvent) => void): () => void;
}

export type SiteEvent =
  /** The user went back or forth in the history. */
  | { readonly type: "moved" }
  | { readonly type: "full-screen"; readonly on: boolean }
  /** The page is being closed or loaded anew; it will not come back as it was. */
  | { readonly type: "closing" }
  /** Another network, or one after none. */
  | { readonly type: "network" };

/** navigator.connection, where there is one (Chromium, Android). */
interface WithConnection {
  readonly connection?: EventTarget;
}

/** A server that takes longer to say that it is well is as good as away, in ms. */
const answerTimeout = 5000;

export class WebSite implements Site {
  readonly #window: Window;

  constructor(window: Window) {
    this.#window = window;
  }

  get browser(): BrowserName {
    return browserOf(this.#window.navigator.userAgent, this.#window.navigator.maxTouchPoints);
  }

  get origin(): string {
    return this.#window.location.origin;
  }

  path(): string {
    return this.#window.location.pathname;
  }

  fragment(): string {
    return this.#window.location.hash;
  }

  go(path: string, how: "push" | "replace"): void {
    if (how === "push") this.#window.history.pushState(null, "", path);
    else this.#window.history.replaceState(null, "", path);
  }

  async copy(text: string): Promise<boolean> {
    try {
      await this.#window.navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }

  get canFullScreen(): boolean {
    return this.#window.document.fullscreenEnabled ?? false; // iPhones do not even know the word
  }

  async toggleFullScreen(): Promise<void> {
    const { document } = this.#window;
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    } catch {
      // There is none, or it wants a click first: the page stays as it is.
    }
  }

  reload(): void {
    this.#window.location.reload();
  }

  async reaches(): Promise<boolean> {
    try {
      const answer = await this.#window.fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(answerTimeout) });
      return answer.ok;
    } catch {
      return false;
    }
  }

  // A page that listens for this all the time is not kept for the way back.
  hold(on: boolean): void {
    if (on) this.#window.addEventListener("beforeunload", ask);
    else this.#window.removeEventListener("beforeunload", ask);
  }

  watch(sink: (event: SiteEvent) => void): () => void {
    const stop = new AbortController();
    const listen = (target: EventTarget | undefined, name: string, event: () => SiteEvent) =>
      target?.addEventListener(name, () => sink(event()), { signal: stop.signal });
    const { document, navigator } = this.#window;
    this.#window.addEventListener(
      "pagehide",
      // A page that is kept for the way back may still return.
      ({ persisted }) => {
        if (!persisted) sink({ type: "closing" });
      },
      { signal: stop.signal },
    );
    listen(this.#window, "popstate", () => ({ type: "moved" }));
    listen(this.#window, "online", () => ({ type: "network" }));
    listen((navigator as WithConnection).connection, "change", () => ({ type: "network" }));
    listen(document, "fullscreenchange", () => ({ type: "full-screen", on: document.fullscreenElement !== null }));
    return () => stop.abort();
  }
}

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

/** Which help with permissions fits. Every browser on an iPhone is WebKit; an iPad calls itself a Mac, but has fingers. */
export function browserOf(agent: string, touchPoints: number): BrowserName {
  if (/iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Chrom(e|ium)\//.test(agent)) return "chromium";
  if (/Safari\//.test(agent)) return "safari";
  return "other";
}
