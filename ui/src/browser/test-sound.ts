/** Two notes, made on the spot: nothing to download. */

/** E5 and A5, a fourth apart, in Hz: a doorbell's friendly interval, clear on the smallest speaker. */
const notes = [659.25, 880] as const;
/** Seconds. */
const length = 0.25;

/** Plays the notes on a speaker ("" is the default) and waits for their end. */
export async function testSound(context: AudioContext, speaker: string): Promise<void> {
  await context.resume();
  const output = context.createMediaStreamDestination();
  const audio = new Audio();
  audio.srcObject = output.stream;
  if (speaker && "setSinkId" in audio) await audio.setSinkId(speaker).catch(() => undefined);
  await audio.play();
  const start = context.currentTime + 0.05;
  const ends = notes.map((frequency, index) => note(context, output, frequency, start + index * length));
  await Promise.all(ends);
  audio.srcObject = null;
}

function note(context: AudioContext, output: AudioNode, frequency: number, start: number): Promise<void> {
  const oscillator = new OscillatorNode(context, { type: "sine", frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.3, start + 0.02); // no click at the start
  gain.gain.exponentialRampToValueAtTime(0.001, start + length * 1.8);
  oscillator.connect(gain).connect(output);
  oscillator.start(start);
  oscillator.stop(start + length * 2);
  return new Promise((resolve) => {
    oscillator.addEventListener("ended", () => resolve(), { once: true });
  });
}
