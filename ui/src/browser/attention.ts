/** Telling somebody who looks at something else: the system's notifications. */

export interface Attention {
  /** Whether this page is out of sight. */
  readonly hidden: boolean;
  /** Whether this browser has notifications, and whether it lets us: `ask` means that nobody has been asked yet. */
  readonly permission: "granted" | "denied" | "ask" | "none";
  /** Asks for them; call it from a click. */
  ask(): Promise<boolean>;
  /** Shows one, in the place of an earlier one with this tag; a click on it brings the page back. */
  notify(title: string, body: string, tag: string): void;
}

/** A notification is a line or two; systems cut what is longer. */
const longest = 140;

export class WebAttention implements Attention {
  readonly #page: Window & typeof globalThis;
  /** Whether pages may make notifications; null: not tried yet. Android's browsers have them for service workers alone. */
  #makes: boolean | null = null;

  constructor(page: Window & typeof globalThis) {
    this.#page = page;
  }

  get hidden(): boolean {
    return this.#page.document.hidden || !this.#page.document.hasFocus();
  }

  get permission(): Attention["permission"] {
    if (!("Notification" in this.#page)) return "none";
    const { permission } = this.#page.Notification;
    // Without permission nothing is shown by trying. With it, the first that is to be shown will tell.
    if (permission !== "granted") this.#makes ??= this.#make("", {}) !== null;
    if (this.#makes === false) return "none";
    return permission === "default" ? "ask" : permission;
  }

  async ask(): Promise<boolean> {
    if (this.permission === "none") return false;
    try {
      return (await this.#page.Notification.requestPermission()) === "granted";
    } catch {
      return false;
    }
  }

  notify(title: string, body: string, tag: string): void {
    if (this.permission !== "granted") return;
    const text = body.length > longest ? `${body.slice(0, longest - 1)}…` : body;
    const notification = this.#make(title, { body: text, tag: `noom-${tag}`, icon: "/favicon.svg" });
    this.#makes = notification !== null;
    notification?.addEventListener("click", () => {
      this.#page.focus();
      notification.close();
    });
  }

  #make(title: string, options: NotificationOptions): Notification | null {
    try {
      return new this.#page.Notification(title, options);
    } catch {
      return null;
    }
  }
}
