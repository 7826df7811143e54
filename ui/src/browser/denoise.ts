/** Takes the noise out of a voice with RNNoise, in an audio thread of the browser. Loaded when it is first wanted. */
import { loadRnnoise, RnnoiseWorkletNode } from "@sapphi-red/web-noise-suppressor";
import processorUrl from "@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url";
import simdUrl from "@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url";
import type { Processed } from "./media";

/** What RNNoise was trained on. */
const sampleRate = 48_000;

/** Resolves once sound comes out; null when the browser does not run it, as before the first click on some pages. */
export async function denoise(source: MediaStreamTrack, failed: () => void): Promise<Processed | null> {
  const context = new AudioContext({ sampleRate, latencyHint: "interactive" });
  try {
    const [wasmBinary] = await Promise.all([
      // Every browser that runs the page knows SIMD: one file will do.
      loadRnnoise({ url: simdUrl, simdUrl }),
      context.audioWorklet.addModule(processorUrl),
    ]);
    await running(context);
    return connect(context, wasmBinary, source, failed);
  } catch (error) {
    await context.close();
    if (error instanceof NotRunning) return null;
    throw error;
  }
}

function connect(context: AudioContext, wasmBinary: ArrayBuffer, first: MediaStreamTrack, failed: () => void): Processed {
  const filter = new RnnoiseWorkletNode(context, { maxChannels: 1, wasmBinary });
  filter.onprocessorerror = failed;
  const output = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  filter.connect(output);
  const [track] = output.stream.getAudioTracks();
  if (!track) throw new Error("an audio destination has no track");
  let source: MediaStreamAudioSourceNode | null = null;
  const use = (next: MediaStreamTrack) => {
    source?.disconnect();
    source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([next]) });
    source.connect(filter);
  };
  use(first);
  // The system stopped it, for a telephone call say: a silent voice is worse than a noisy one.
  context.addEventListener("statechange", () => {
    if (context.state !== "running" && context.state !== "closed") failed();
  });
  return {
    track,
    use,
    close: () => {
      filter.onprocessorerror = null;
      source?.disconnect();
      filter.destroy();
      track.stop();
      void context.close();
    },
  };
}

class NotRunning extends Error {}

/** How long a browser that may run it takes to do so. In ms. */
const patience = 1500;

function running(context: AudioContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NotRunning()), patience);
    void context.resume().then(() => {
      clearTimeout(timer);
      resolve();
    }, reject);
  });
}
