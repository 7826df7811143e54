/** How pictures are encoded for sending. */

import { layerTuning, type Quality } from "../lib/tuning";

/** scaleResolutionDownTo is newer than TypeScript's DOM types (WebRTC extensions). */
interface Encoding extends RTCRtpEncodingParameters {
  scaleResolutionDownTo?: { maxWidth: number; maxHeight: number };
}

/**
 * The camera's layers, smallest first. Bitrates in bit/s: what keeps a talking head clean at these sizes with VP8;
 * together 2.15 Mb/s, which most uplinks have.
 */
const layers = [
  { rid: "q", maxBitrate: 150_000, width: 320, height: 180, factor: 4 },
  { rid: "h", maxBitrate: 500_000, width: 640, height: 360, factor: 2 },
  { rid: "f", maxBitrate: 1_500_000, width: 1280, height: 720, factor: 1 },
] as const;

/**
 * Chromium given only factors never sends the top layer of a small camera, so it gets sizes; Firefox ignores
 * sizes and would send every layer in full, so it gets factors (both measured).
 */
export function cameraEncodings(bySize: boolean): RTCRtpEncodingParameters[] {
  return layers.map(({ rid, maxBitrate, width, height, factor }): Encoding => {
    const base = { rid, maxBitrate, maxFramerate: 30, active: true };
    return bySize
      ? { ...base, scaleResolutionDownTo: { maxWidth: width, maxHeight: height } }
      : { ...base, scaleResolutionDownBy: factor };
  });
}

/**
 * Changes a camera's encodings for a quality, of a source that has so many lines. Sizes stay as they are; factors follow
 * the source.
 */
export function tuneCamera(encodings: RTCRtpEncodingParameters[], quality: Quality, source: number): void {
  for (const encoding of encodings) {
    const layer = layers.find(({ rid }) => rid === encoding.rid);
    if (!layer) continue;
    const { active, factor, fps } = layerTuning(quality, layer.height, source);
    encoding.active = active;
    encoding.maxFramerate = fps;
    if (encoding.scaleResolutionDownBy !== undefined && !("scaleResolutionDownTo" in encoding)) encoding.scaleResolutionDownBy = factor;
  }
}

/** Leaves out layers that nobody has use for. What is wanted above the largest there is comes of the largest. */
export function limitTo(encodings: RTCRtpEncodingParameters[], wanted: readonly number[] | undefined): void {
  if (!wanted) return;
  const used = new Set(wanted.map((layer) => Math.min(layer, encodings.length - 1)));
  encodings.forEach((encoding, layer) => {
    if (!used.has(layer)) encoding.active = false;
  });
}

/** One stream, 2.5 Mb/s: text stays sharp, and slides cost next to nothing anyway. */
export const screenEncodings: readonly RTCRtpEncodingParameters[] = [{ maxBitrate: 2_500_000, maxFramerate: 30 }];

/** Speech in wideband with room for music; Opus uses less when it can. */
export const voiceBitrate = 48_000;
export const audioEncodings: readonly RTCRtpEncodingParameters[] = [{ maxBitrate: voiceBitrate }];

/** Original sound: two channels of music, of which hardly anybody would miss anything. In bit/s. */
export const musicBitrate = 160_000;

/** Screen audio is music as often as speech. */
export const screenAudioEncodings: readonly RTCRtpEncodingParameters[] = [{ maxBitrate: 96_000 }];

/**
 * Whether this browser scales layers by size: one that knows the member reads it, as WebIDL has it read every
 * member of a dictionary.
 */
export function scalesBySize(): boolean {
  let read = false;
  const probe = new RTCPeerConnection();
  try {
    const encoding: Encoding = {
      get scaleResolutionDownTo(): { maxWidth: number; maxHeight: number } {
        read = true;
        return { maxWidth: 320, maxHeight: 180 };
      },
    };
    probe.addTransceiver("video", { direction: "sendonly", sendEncodings: [encoding] });
  } catch {
    // A browser that reads it and then dislikes it has read it.
  } finally {
    probe.close();
  }
  return read;
}
