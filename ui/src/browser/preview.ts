/** My own camera's picture, in as many places as want it. */
import { makeVideo, play } from "./video";

export class OwnPicture {
  readonly #sink: (shown: boolean) => void;
  /** The elements, each with the track's number that it is labelled with. */
  readonly #videos = new Map<HTMLVideoElement, number | undefined>();
  #media: MediaStreamTrack | null = null;
  #shown = false;

  /** `sink` learns when there is a picture and when there is none. */
  constructor(sink: (shown: boolean) => void = () => undefined) {
    this.#sink = sink;
  }

  get stream(): MediaStream | null {
    return this.#media && new MediaStream([this.#media]);
  }

  set(media: MediaStreamTrack | null): void {
    if (media === this.#media) return;
    this.#media = media;
    for (const video of this.#videos.keys()) this.#fill(video);
    if (!media) this.#show(false);
  }

  /** Puts the picture into the container until the returned function is called. `track` labels it, if known. */
  mount(container: HTMLElement, track?: number): () => void {
    const video = makeVideo(container.ownerDocument);
    video.addEventListener("loadeddata", () => this.#show(this.#media !== null));
    this.#videos.set(video, track);
    this.#fill(video);
    container.append(video);
    return () => this.#unmount(video);
  }

  unmountAll(): void {
    for (const video of [...this.#videos.keys()]) this.#unmount(video);
  }

  #unmount(video: HTMLVideoElement): void {
    this.#videos.delete(video);
    video.srcObject = null;
    video.remove();
  }

  #fill(video: HTMLVideoElement): void {
    video.srcObject = this.#media ? new MediaStream([this.#media]) : null;
    // An element without a stream keeps its last frame: it must not be seen.
    video.hidden = this.#media === null;
    const track = this.#videos.get(video);
    if (this.#media && track !== undefined) video.dataset["track"] = String(track);
    else delete video.dataset["track"];
    if (this.#media) play(video);
  }

  #show(shown: boolean): void {
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#sink(shown);
  }
}
