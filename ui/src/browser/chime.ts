/** A few notes, made on the spot: nothing to download. */

/** `test`: is this speaker heard? `knock`: somebody wants to come in. `timer`: time is up. */
export type Chime = "test" | "knock" | "timer";

interface Tune {
  /** In Hz. */
  readonly notes: readonly number[];
  /** Of full scale. Signals are softer than the test: people talk meanwhile. */
  readonly gain: number;
}

const tunes: Readonly<Record<Chime, Tune>> = {
  // E5 and A5, a fourth apart: a doorbell's friendly interval, clear on the smallest speaker.
  test: { notes: [659.25, 880], gain: 0.3 },
  knock: { notes: [659.25, 880], gain: 0.12 },
  timer: { notes: [880, 659.25, 523.25], gain: 0.12 },
};
/** Seconds. */
const length = 0.25;
/** A browser without any sound does not say so: what it is to play never ends. In ms, several times a tune. */
const patience = 4000;

/** Plays a tune on a speaker ("" is the default) and waits for its end. Rejects when it cannot be heard. */
export async function playChime(context: AudioContext, chime: Chime, speaker: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no sound is played")), patience);
  });
  await Promise.race([sound(context, tunes[chime], speaker), silence]).finally(() => clearTimeout(timer));
}

async function sound(context: AudioContext, { notes, gain }: Tune, speaker: string): Promise<void> {
  await context.resume();
  const output = context.createMediaStreamDestination();
  const audio = new Audio();
  audio.srcObject = output.stream;
  if (speaker && "setSinkId" in audio) await audio.setSinkId(speaker).catch(() => undefined);
  await audio.play();
  const start = context.currentTime + 0.05;
  const ends = notes.map((frequency, index) => note(context, output, { frequency, gain, start: start + index * length }));
  await Promise.all(ends);
  audio.srcObject = null;
}

function note(
  context: AudioContext,
  output: AudioNode,
  { frequency, gain: loudest, start }: { frequency: number; gain: number; start: number },
): Promise<void> {
  const oscillator = new OscillatorNode(context, { type: "sine", frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudest, start + 0.02); // no click at the start
  gain.gain.exponentialRampToValueAtTime(0.001, start + length * 1.8);
  oscillator.connect(gain).connect(output);
  oscillator.start(start);
  oscillator.stop(start + length * 2);
  return new Promise((resolve) => {
    oscillator.addEventListener("ended", () => resolve(), { once: true });
  });
}
