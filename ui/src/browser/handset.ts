/**
 * What a phone is beside the page: a screen that goes dark, a lock screen with buttons, and a system that pauses what
 * it cannot see. Computers have most of it too.
 */

export type HandsetEvent =
  /** The page is seen again, after another app, another tab or the lock screen. */
  | { readonly type: "seen" }
  /** A button of the lock screen, the headset or the picture-in-picture window. */
  | { readonly type: "microphone" | "camera" | "hang-up" };

/** What the lock screen tells of a meeting. */
export interface OnAir {
  readonly title: string;
  readonly microphone: boolean;
  readonly camera: boolean;
}

export interface Handset {
  /** Keeps the screen lit, or lets it go dark again. */
  stayLit(lit: boolean): void;
  /** Shows the meeting on the lock screen; null: there is none. */
  show(meeting: OnAir | null): void;
  /** Tells what happens until the returned function is called. */
  watch(sink: (event: HandsetEvent) => void): () => void;
}

/** The buttons of a call. Browsers that do not know one refuse it by throwing. */
const buttons = { togglemicrophone: "microphone", togglecamera: "camera", hangup: "hang-up" } as const;
type Button = keyof typeof buttons;

/** What is drawn beside the meeting's name. */
const artwork = [
  { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
  { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
];

export class WebHandset implements Handset {
  readonly #window: Window;
  #lit = false;
  #lock: Promise<WakeLockSentinel | null> | null = null;

  constructor(window: Window) {
    this.#window = window;
  }

  stayLit(lit: boolean): void {
    this.#lit = lit;
    if (lit) this.#light();
    else this.#darken();
  }

  show(meeting: OnAir | null): void {
    const session = this.#session;
    if (!session) return;
    session.playbackState = meeting ? "playing" : "none";
    if (!meeting) {
      session.metadata = null;
      return;
    }
    if (session.metadata?.title !== meeting.title) {
      session.metadata = new MediaMetadata({ title: meeting.title, artist: "Noom", artwork });
    }
    // Missing in Firefox; refused while the page is not seen.
    session.setMicrophoneActive?.(meeting.microphone)?.catch(() => undefined);
    session.setCameraActive?.(meeting.camera)?.catch(() => undefined);
  }

  watch(sink: (event: HandsetEvent) => void): () => void {
    const stop = new AbortController();
    const { document } = this.#window;
    const seen = () => {
      if (document.visibilityState !== "visible") return;
      this.#light(); // the system takes the lock away with the page
      sink({ type: "seen" });
    };
    document.addEventListener("visibilitychange", seen, { signal: stop.signal });
    // Out of the browser's memory of pages: nothing may have told the document.
    this.#window.addEventListener("pageshow", ({ persisted }) => persisted && seen(), { signal: stop.signal });
    this.#handle((button) => () => sink({ type: buttons[button] }));
    return () => {
      stop.abort();
      this.#handle(() => null);
    };
  }

  get #session(): MediaSession | undefined {
    return this.#window.navigator.mediaSession;
  }

  #handle(handler: (button: Button) => (() => void) | null): void {
    for (const button of Object.keys(buttons) as Button[]) {
      try {
        this.#session?.setActionHandler(button as MediaSessionAction, handler(button)); // newer than TypeScript's list
      } catch {
        // A browser without this button.
      }
    }
  }

  /** Asks for the lock unless it is held: refused with a low battery, and where there is no such thing. */
  #light(): void {
    if (!this.#lit || this.#lock) return;
    const lock = this.#ask();
    this.#lock = lock;
    const over = (): void => {
      if (this.#lock === lock) this.#lock = null;
    };
    void lock.then((sentinel) => (sentinel ? sentinel.addEventListener("release", over) : over()));
  }

  async #ask(): Promise<WakeLockSentinel | null> {
    try {
      return (await this.#window.navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      return null;
    }
  }

  #darken(): void {
    const lock = this.#lock;
    this.#lock = null;
    void lock?.then((sentinel) => sentinel?.release()).catch(() => undefined);
  }
}
