/** A small window that stays above all others (Document Picture-in-Picture), or above all others a picture at least. */
import { initials } from "../lib/faces";
import { makeVideo, play } from "./video";

/** What can be done from a window that holds nothing but a picture, where the browser offers it. */
export interface Controls {
  readonly togglemicrophone: () => void;
  readonly togglecamera: () => void;
  readonly hangup: () => void;
}

export interface LittleWindow {
  /** `document`: it may hold anything. `picture`: one video. null: this browser has neither. */
  readonly kind: "document" | "picture" | null;
  /** Opens it, within a click; `closed` is called when it is gone. null: the browser refused. */
  open(closed: () => void): Promise<HTMLElement | null>;
  /** Gives it the looks that the page has by now: parts that are loaded late bring theirs with them. */
  dress(): void;
  /** Opens a window for one picture, see show(). False: the browser refused. */
  openPicture(controls: Controls, closed: () => void): Promise<boolean>;
  /** What the window for one picture shows: a stream, or else a name. */
  show(stream: MediaStream | null, name: string): void;
  close(): void;
}

interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

/** Two faces and the buttons below them, in CSS pixels. */
const size = { width: 400, height: 300 };

export class WebLittleWindow implements LittleWindow {
  readonly #page: Window;
  #opened: Window | null = null;
  readonly #stand: Stand;

  constructor(page: Window) {
    this.#page = page;
    this.#stand = new Stand(page.document);
  }

  get kind(): LittleWindow["kind"] {
    if (this.#api) return "document";
    return this.#page.document.pictureInPictureEnabled ? "picture" : null;
  }

  async open(closed: () => void): Promise<HTMLElement | null> {
    try {
      const opened = await this.#api?.requestWindow(size);
      if (!opened) return null;
      this.#opened = opened;
      this.dress();
      // Theme and language are attributes of the page's root: the window wears them as soon as they are chosen.
      const { documentElement } = this.#page.document;
      const mirror = new MutationObserver(() => this.dress());
      mirror.observe(documentElement, { attributeFilter: ["lang", "data-theme"] });
      opened.addEventListener("pagehide", () => {
        mirror.disconnect();
        this.#opened = null;
        closed();
      });
      return opened.document.body;
    } catch {
      return null; // without a click, or one is open for another tab
    }
  }

  dress(): void {
    if (this.#opened) dress(this.#opened.document, this.#page.document);
  }

  async openPicture(controls: Controls, closed: () => void): Promise<boolean> {
    try {
      await this.#stand.open(closed);
      offer(this.#page.navigator, controls);
      return true;
    } catch {
      return false;
    }
  }

  show(stream: MediaStream | null, name: string): void {
    this.#stand.show(stream, name);
  }

  close(): void {
    this.#opened?.close();
    this.#opened = null;
    if (this.#page.document.pictureInPictureElement) void this.#page.document.exitPictureInPicture();
  }

  get #api(): DocumentPictureInPicture | undefined {
    return (this.#page as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture;
  }
}

/** The one video of a window that holds nothing else: a stream, or a name painted on a board. */
class Stand {
  readonly #page: Document;
  #video: HTMLVideoElement | null = null;
  #board: HTMLCanvasElement | null = null;
  #stream: MediaStream | null = null;
  #name = "";

  constructor(page: Document) {
    this.#page = page;
  }

  async open(closed: () => void): Promise<void> {
    this.#video ??= makeVideo(this.#page);
    this.#video.disablePictureInPicture = false;
    this.#fill(this.#video);
    await this.#video.play();
    await this.#video.requestPictureInPicture();
    const left = () => {
      if (this.#video) this.#video.srcObject = null;
      this.#video = null;
      closed();
    };
    this.#video.addEventListener("leavepictureinpicture", left, { once: true });
  }

  show(stream: MediaStream | null, name: string): void {
    this.#stream = stream;
    this.#name = name;
    if (this.#video) this.#fill(this.#video);
  }

  #fill(video: HTMLVideoElement): void {
    const source = this.#stream ?? this.#paint();
    if (video.srcObject === source) return;
    video.srcObject = source;
    play(video);
  }

  #paint(): MediaStream {
    this.#board ??= this.#page.createElement("canvas");
    Object.assign(this.#board, { width: 640, height: 360 });
    const stream = this.#board.captureStream(1);
    const pen = this.#board.getContext("2d");
    if (pen) {
      pen.fillStyle = "#1a1e25";
      pen.fillRect(0, 0, 640, 360);
      pen.fillStyle = "#ffffff";
      pen.font = "600 120px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(initials(this.#name), 320, 180);
    }
    return stream;
  }
}

/** The window's own buttons, in browsers that show any. */
function offer(navigator: Navigator, controls: Controls): void {
  for (const [action, handler] of Object.entries(controls)) {
    try {
      navigator.mediaSession?.setActionHandler(action as MediaSessionAction, handler as () => void);
    } catch {
      // This browser knows no such button.
    }
  }
}

/** The page's looks: its sheets, its theme, its language. */
function dress(opened: Document, page: Document): void {
  const worn = [...opened.head.children];
  for (const sheet of page.querySelectorAll('link[rel="stylesheet"], style')) {
    if (!worn.some((other) => other.isEqualNode(sheet))) opened.head.append(sheet.cloneNode(true));
  }
  opened.documentElement.lang = page.documentElement.lang;
  Object.assign(opened.documentElement.dataset, page.documentElement.dataset);
  opened.title = page.title;
}
