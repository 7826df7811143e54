/**
 * Whose face a slot shows. The server switches a slot's source at an RTP timestamp; a frame belongs to the
 * source that its own timestamp says. The server's word and the picture travel apart, so either may come first.
 */
import type { TrackNumber } from "./protocol";

/** Switches remembered per slot. Frames wait in the jitter buffer for well under a second; switches come slower. */
const remembered = 8;

interface Source {
  readonly track: TrackNumber;
  /** First RTP timestamp of this source, in the slot's timeline. */
  fromTs: number;
  /** A frame's CSRC has named this source. */
  confirmed: boolean;
}

/** Whether RTP timestamp a is b or later; 32 bits that wrap (RFC 3550 §5.1). */
export function notBefore(a: number, b: number): boolean {
  return ((a - b) | 0) >= 0;
}

/** The faces of one slot. */
export class SlotFaces {
  #sources: Source[] = [];
  #shown: TrackNumber = 0;

  /** The track whose picture the slot shows for certain; 0: nobody knows, show nothing. */
  get shown(): TrackNumber {
    return this.#shown;
  }

  /** The server says: from `fromTs` on the slot carries `track`. A different picture is hidden until its frame comes. */
  switched(track: TrackNumber, fromTs: number): void {
    if (track === 0) {
      this.#sources = [];
      this.#show(0);
      return;
    }
    const newest = this.#sources.at(-1);
    if (newest?.track === track) {
      // Said again: the earlier timestamp holds.
      if (notBefore(newest.fromTs, fromTs)) newest.fromTs = fromTs;
      return;
    }
    this.#sources.push({ track, fromTs, confirmed: false });
    if (this.#sources.length > remembered) this.#sources.shift();
    if (this.#shown !== track) this.#show(0);
  }

  /**
   * A frame is on the screen. `timestamp` is its RTP timestamp, undefined where the browser does not tell;
   * `contributor` its CSRC, which is the track's number, undefined where there is none. Gives `shown`.
   */
  frame(timestamp: number | undefined, contributor: number | undefined): TrackNumber {
    const newest = this.#sources.at(-1);
    // Once a switch is announced, pictures of the source before are no longer wanted.
    if (!newest || this.#sourceOf(timestamp) !== newest) return this.#show(0);
    // Without this a source that stays for 2^31 ticks (6.6 h at 90 kHz) would seem to lie in the future.
    if (timestamp !== undefined) newest.fromTs = timestamp;
    return this.#show(this.#contradicted(newest, contributor) ? 0 : newest.track);
  }

  /**
   * Whether the CSRC says that this frame overtook the server's word of a switch. Firefox updates the CSRC a
   * frame late (measured), so until it has named the new source, the one before is no contradiction.
   */
  #contradicted(source: Source, contributor: number | undefined): boolean {
    if (contributor === undefined) return false;
    if (contributor === source.track) {
      source.confirmed = true;
      return false;
    }
    const before = this.#sources.at(-2);
    return source.confirmed || contributor !== before?.track;
  }

  /** The picture is stale (its camera went off): nothing is shown until the next frame. */
  conceal(): void {
    this.#show(0);
  }

  #sourceOf(timestamp: number | undefined): Source | undefined {
    if (timestamp === undefined) return this.#sources.at(-1);
    return this.#sources.findLast((source) => notBefore(timestamp, source.fromTs));
  }

  #show(track: TrackNumber): TrackNumber {
    this.#shown = track;
    return track;
  }
}
