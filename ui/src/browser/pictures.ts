/**
 * The pictures on the page: one `<video>` per slot, which stands in a tile only while its frame is known to be of
 * that tile's track, and out of sight otherwise. A name is therefore never on another's face: it is the element
 * that moves, and it moves when its frame says so.
 */
import { kindOf, type SlotSource, type TrackNumber } from "../lib/protocol";
import { SlotFaces } from "../lib/whose";
import type { Slot } from "./peer";
import { OwnPicture } from "./preview";
import { makeVideo, offstage, play } from "./video";

/** A track's picture came into its tile, or left it. */
export interface PictureEvent {
  readonly track: TrackNumber;
  readonly shown: boolean;
  /** It left because no more frames came: better no picture than one that looks alive. */
  readonly stalled?: boolean;
}

/** A camera that brings nothing for so long is not slow, it is stuck. In ms. */
const patience = 4000;
const lookPause = 1000;

export interface Pictures {
  /** Slots whose frames may now come. */
  addSlots(slots: readonly Slot[]): void;
  /** The server's word on what slots carry. */
  switch(sources: readonly SlotSource[]): void;
  /** Tracks that are on: others' pictures are stale and hidden. */
  setLive(tracks: ReadonlySet<TrackNumber>): void;
  /** My own camera. */
  setOwn(track: TrackNumber, media: MediaStreamTrack | null): void;
  /** Puts the track's picture into the container, now or when it comes, until the returned function is called. */
  show(track: TrackNumber, container: HTMLElement): () => void;
  /** What plays for this track now. */
  stream(track: TrackNumber): MediaStream | null;
  /** Which track each receiver carries, by its media track's id. */
  carried(): ReadonlyMap<string, TrackNumber>;
  /** Pictures live in this document from now on: that of a hidden tab is told of no frames. */
  moveTo(page: Document): void;
  /** Forgets all slots: the peer connection is gone. */
  clear(): void;
}

interface SlotPicture {
  readonly slot: Slot;
  readonly video: HTMLVideoElement;
  readonly faces: SlotFaces;
  readonly stop: AbortController;
  /** The pending callback for the next frame. */
  awaited: number;
  /** When the last frame was on the screen, in ms of performance.now(). */
  seen: number;
}

export class PagePictures implements Pictures {
  readonly #sink: (event: PictureEvent) => void;
  #offstage: HTMLElement;
  readonly #slots = new Map<string, SlotPicture>();
  /** Where each track is wanted; the last one that asked has it. */
  readonly #places = new Map<TrackNumber, HTMLElement[]>();
  /** Which slot's element stands in which track's place. */
  readonly #standing = new Map<TrackNumber, SlotPicture>();
  /** What the server said of slots that this page has not offered yet. */
  readonly #early = new Map<string, SlotSource>();
  #live: ReadonlySet<TrackNumber> = new Set();
  readonly #own = new OwnPicture((shown) => this.#sink({ track: this.#ownTrack, shown }));
  #ownTrack: TrackNumber = 0;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(page: Document, sink: (event: PictureEvent) => void) {
    this.#sink = sink;
    this.#offstage = offstage(page);
  }

  addSlots(slots: readonly Slot[]): void {
    for (const slot of slots) {
      if (slot.kind !== "video") continue;
      this.#forget(this.#pictureOf(slot.receiver));
      const picture: SlotPicture = {
        slot,
        video: makeVideo(this.#offstage.ownerDocument),
        faces: new SlotFaces(),
        stop: new AbortController(),
        awaited: 0,
        seen: performance.now(),
      };
      this.#slots.set(slot.mid, picture);
      picture.video.srcObject = new MediaStream([slot.receiver.track]);
      this.#offstage.append(picture.video);
      play(picture.video);
      this.#watch(picture);
      const early = this.#early.get(slot.mid);
      this.#early.delete(slot.mid);
      if (early) picture.faces.switched(early.track, early.fromTs);
    }
    this.#looking ??= setInterval(() => this.#look(), lookPause);
  }

  switch(sources: readonly SlotSource[]): void {
    for (const source of sources) {
      const picture = this.#slots.get(source.mid);
      if (!picture) {
        this.#early.set(source.mid, source);
        continue;
      }
      picture.faces.switched(source.track, source.fromTs);
      this.#place(picture);
    }
  }

  setLive(tracks: ReadonlySet<TrackNumber>): void {
    this.#live = tracks;
    for (const [track, picture] of [...this.#standing]) {
      if (tracks.has(track)) continue;
      picture.faces.conceal();
      this.#place(picture);
    }
  }

  setOwn(track: TrackNumber, media: MediaStreamTrack | null): void {
    if (track !== this.#ownTrack) {
      this.#own.set(null);
      this.#own.unmountAll();
      this.#ownTrack = track;
      const container = this.#placeOf(track);
      if (container) this.#own.mount(container, track);
    }
    this.#own.set(media);
  }

  show(track: TrackNumber, container: HTMLElement): () => void {
    const places = [...(this.#places.get(track) ?? []), container];
    this.#places.set(track, places);
    const unmountOwn = track === this.#ownTrack ? this.#own.mount(container, track) : () => undefined;
    this.#replace(track);
    return () => {
      unmountOwn();
      const rest = (this.#places.get(track) ?? []).filter((place) => place !== container);
      if (rest.length > 0) this.#places.set(track, rest);
      else this.#places.delete(track);
      this.#replace(track);
    };
  }

  stream(track: TrackNumber): MediaStream | null {
    const video = this.#standing.get(track)?.video;
    if (video) return video.srcObject instanceof MediaStream ? video.srcObject : null;
    return track === this.#ownTrack ? this.#own.stream : null;
  }

  carried(): ReadonlyMap<string, TrackNumber> {
    return new Map([...this.#standing].map(([track, { slot }]) => [slot.receiver.track.id, track]));
  }

  moveTo(page: Document): void {
    const before = this.#offstage;
    if (before.ownerDocument === page) return;
    this.#offstage = offstage(page);
    for (const picture of this.#slots.values()) {
      if (picture.video.parentElement === before) this.#move(picture, this.#offstage);
    }
    before.remove();
  }

  clear(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
    for (const picture of [...this.#slots.values()]) this.#forget(picture);
    this.#early.clear();
  }

  #watch(picture: SlotPicture): void {
    const { video, faces, slot, stop } = picture;
    picture.awaited = video.requestVideoFrameCallback((_now, frame) => {
      if (stop.signal.aborted) return;
      picture.seen = performance.now();
      faces.frame(frame.rtpTimestamp, newestContributor(slot.receiver));
      this.#watch(picture);
      this.#place(picture);
    });
  }

  /** Takes away what has frozen. A screen may stand still for hours; and in a hidden tab no frame is seen. */
  #look(): void {
    const now = performance.now();
    const { hidden } = this.#offstage.ownerDocument;
    for (const [track, picture] of [...this.#standing]) {
      if (hidden) picture.seen = now;
      if (kindOf(track) !== "camera" || now - picture.seen < patience) continue;
      picture.faces.conceal();
      this.#place(picture);
      this.#sink({ track, shown: false, stalled: true });
    }
  }

  /** Puts the element where its face belongs. */
  #place(picture: SlotPicture): void {
    const face = picture.faces.shown;
    const track = this.#live.has(face) ? face : 0;
    for (const [other, standing] of [...this.#standing]) {
      if (standing === picture && other !== track) this.#takeDown(other);
    }
    if (track === 0 || this.#standing.get(track) === picture) return;
    this.#takeDown(track); // two slots may carry a track for a moment: the later frame wins
    this.#standing.set(track, picture);
    picture.video.dataset["track"] = String(track);
    this.#replace(track);
    this.#sink({ track, shown: true });
  }

  #takeDown(track: TrackNumber): void {
    const picture = this.#standing.get(track);
    if (!picture) return;
    this.#standing.delete(track);
    delete picture.video.dataset["track"];
    this.#move(picture, this.#offstage);
    this.#sink({ track, shown: false });
  }

  /** Moves a standing element to the place that now has its track. */
  #replace(track: TrackNumber): void {
    const picture = this.#standing.get(track);
    if (picture) this.#move(picture, this.#placeOf(track) ?? this.#offstage);
  }

  #placeOf(track: TrackNumber): HTMLElement | undefined {
    return this.#places.get(track)?.at(-1);
  }

  #move(picture: SlotPicture, to: HTMLElement): void {
    const { video } = picture;
    if (video.parentElement === to) return;
    const abroad = video.ownerDocument !== to.ownerDocument;
    to.append(video);
    play(video);
    if (!abroad) return;
    // The next frame is asked of the document that the element is in.
    video.cancelVideoFrameCallback(picture.awaited);
    this.#watch(picture);
  }

  #pictureOf(receiver: RTCRtpReceiver): SlotPicture | undefined {
    return [...this.#slots.values()].find((picture) => picture.slot.receiver === receiver);
  }

  #forget(picture: SlotPicture | undefined): void {
    if (!picture) return;
    picture.stop.abort();
    for (const [track, standing] of [...this.#standing]) if (standing === picture) this.#takeDown(track);
    this.#slots.delete(picture.slot.mid);
    picture.video.srcObject = null;
    picture.video.remove();
  }
}

/** The CSRC of the frame last delivered: the track's number. Old ones stay in the list for 10 s. */
function newestContributor(receiver: RTCRtpReceiver): number | undefined {
  const sources = receiver.getContributingSources();
  return sources.reduce<RTCRtpContributingSource | undefined>(
    (newest, source) => (newest && newest.timestamp >= source.timestamp ? newest : source),
    undefined,
  )?.source;
}
