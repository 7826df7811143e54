import type { Media, ScreenTracks } from "../browser/media";
import type { Notices } from "./notices.svelte";

/** The screen that I share. */
export class Sharing {
  tracks: ScreenTracks | null = $state.raw(null);

  readonly #media: Media;
  readonly #notices: Notices;
  #asking = false;
  /** What was asked for in an earlier turn is not wanted any more. */
  #turn = 0;

  constructor(media: Media, notices: Notices) {
    this.#media = media;
    this.#notices = notices;
  }

  get possible(): boolean {
    return this.#media.canShare;
  }

  /** Asks what to share, instead of what is shared now; quiet when the user changes their mind. */
  async start(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const turn = this.#turn;
    const tracks = await this.#media.openScreen();
    this.#asking = false;
    if (tracks === "failed") this.#notices.notify("share-failed", { tone: "warning" });
    if (tracks === null || tracks === "failed") return;
    if (turn !== this.#turn) return close(tracks); // the meeting ended meanwhile
    this.stop();
    this.tracks = tracks;
    // The browser's own "Stop sharing", or the window that was shared is closed.
    tracks.video.addEventListener("ended", () => {
      if (this.tracks === tracks) this.stop();
    });
  }

  stop(): void {
    this.#turn++;
    if (this.tracks) close(this.tracks);
    this.tracks = null;
  }
}

function close({ video, audio }: ScreenTracks): void {
  video.stop();
  audio?.stop();
}
