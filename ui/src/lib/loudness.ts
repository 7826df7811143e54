/** Loudness for meters: how loud samples sound, and whether somebody talks. */

/** Room noise of a common microphone, in dB below full scale, reads 0; a raised voice reads 1. */
const floor = -60;
const ceiling = -8;

/** Loudness of samples (−1 to 1) on a scale from 0 to 1 that follows the ear. */
export function levelOf(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index++) sum += (samples[index] ?? 0) ** 2;
  return scaled(Math.sqrt(sum / Math.max(1, samples.length)));
}

/** The same scale for a linear amplitude from 0 to 1, as RTCRtpContributingSource.audioLevel has it. */
export function scaled(amplitude: number): number {
  if (amplitude <= 0) return 0;
  const decibels = 20 * Math.log10(amplitude);
  return Math.min(1, Math.max(0, (decibels - floor) / (ceiling - floor)));
}

/** Louder than this is a voice near the microphone: −37 dB. */
const voice = 0.45;
/** This many loud ones among the last `window` samples are talking and not a cough or a key. */
const enough = 6;
const window = 15;

/** Tells talking from noise by a steady run of levels, 50–100 ms apart. */
export class TalkDetector {
  #recent: boolean[] = [];

  /** Takes the next level; true while somebody talks. */
  hear(level: number): boolean {
    this.#recent.push(level > voice);
    if (this.#recent.length > window) this.#recent.shift();
    return this.#recent.filter(Boolean).length >= enough;
  }

  forget(): void {
    this.#recent = [];
  }
}
