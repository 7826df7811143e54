/** Media as browsers have it. */
import type { Look } from "../lib/backdrop";
import { levelOf } from "../lib/loudness";
import type { Cost } from "../lib/pace";
import type { Hidden } from "./background/background";
import { playChime, type Chime } from "./chime";
import { facing } from "./media";
import type {
  Captured,
  Device,
  DeviceLists,
  Media,
  Meter,
  Opened,
  Process,
  ScreenTracks,
  Trouble,
  Tuning,
} from "./media";

const kinds = { microphone: "audioinput", camera: "videoinput", speaker: "audiooutput" } as const;

export class WebMedia implements Media {
  readonly choosesSpeaker = "setSinkId" in HTMLMediaElement.prototype;
  readonly canShare = typeof navigator.mediaDevices?.getDisplayMedia === "function";
  #context: AudioContext | null = null;
  #look: Look = { kind: "blur", strong: true };
  readonly #hidden = new Set<Hidden>();
  readonly #closing = new AbortController();

  async list(): Promise<DeviceLists> {
    const all = await this.#enumerate();
    const of = (kind: MediaDeviceKind): Device[] =>
      all.filter((device) => device.kind === kind).map(({ deviceId, label }) => ({ id: deviceId, label }));
    return {
      microphone: of(kinds.microphone),
      camera: of(kinds.camera),
      speaker: this.choosesSpeaker ? of(kinds.speaker) : [],
    };
  }

  async open(wanted: Partial<Record<Captured, string>>, tuning: Tuning): Promise<Partial<Record<Captured, Opened>>> {
    const { microphone, camera } = wanted;
    if (microphone !== undefined && camera !== undefined) {
      const stream = await getUserMedia(microphone, camera, tuning);
      if (!(stream instanceof MediaStream)) {
        // One of them is the trouble: asking one by one tells which, and opens the other.
        return { ...(await this.open({ microphone }, tuning)), ...(await this.open({ camera }, tuning)) };
      }
      return { microphone: opened(stream.getAudioTracks()[0]), camera: opened(stream.getVideoTracks()[0]) };
    }
    const result: Partial<Record<Captured, Opened>> = {};
    if (microphone !== undefined) result.microphone = await this.#openOne(microphone, undefined, tuning);
    if (camera !== undefined) result.camera = await this.#openOne(undefined, camera, tuning);
    return result;
  }

  async openScreen(): Promise<ScreenTracks | null | "failed"> {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { ideal: 15, max: 30 } },
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      const video = stream.getVideoTracks()[0];
      return video ? { video, audio: stream.getAudioTracks()[0] ?? null } : "failed";
    } catch (error) {
      return error instanceof DOMException && error.name === "NotAllowedError" ? null : "failed";
    }
  }

  watch(changed: () => void): () => void {
    const stop = new AbortController();
    navigator.mediaDevices?.addEventListener("devicechange", changed, { signal: stop.signal });
    for (const name of ["camera", "microphone"] as const) {
      navigator.permissions
        ?.query({ name })
        .then((status) => status.addEventListener("change", changed, { signal: stop.signal }))
        .catch(() => undefined); // a browser that does not know the name tells us by failing later
    }
    return () => stop.abort();
  }

  meter(track: MediaStreamTrack): Meter {
    const context = this.#audio();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    // 1024 samples are 21 ms at 48 kHz: a syllable is longer.
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let heardAt = context.currentTime;
    return {
      level: () => {
        analyser.getFloatTimeDomainData(samples);
        return levelOf(samples);
      },
      peak: () => {
        if (context.currentTime === heardAt) return null; // it stands still, and so do the samples
        heardAt = context.currentTime;
        analyser.getFloatTimeDomainData(samples);
        return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      },
      close: () => source.disconnect(),
    };
  }

  readonly denoise: Process = async (source, failed) => (await import("./denoise")).denoise(source, failed);

  readonly hideBackground: Process = async (source, failed) => {
    const { hideBackground } = await import("./background/background");
    const look = this.#look;
    const hidden = await hideBackground(source, look, failed);
    if (look !== this.#look) hidden.show(this.#look); // another one was chosen while it started
    this.#hidden.add(hidden);
    const close = () => {
      this.#hidden.delete(hidden);
      hidden.close();
    };
    return { ...hidden, close };
  };

  look(look: Look): void {
    this.#look = look;
    for (const hidden of this.#hidden) hidden.show(look);
  }

  cost(): Cost | null {
    const [hidden] = this.#hidden;
    return hidden?.cost() ?? null;
  }

  wake(): void {
    void this.#context?.resume().catch(() => undefined);
  }

  async play(chime: Chime, speaker: string): Promise<void> {
    await playChime(this.#audio(), chime, speaker);
  }

  close(): void {
    this.#closing.abort();
    void this.#context?.close();
    this.#context = null;
  }

  /** One context for all: browsers allow only a few, and start them only after a click or a key. */
  #audio(): AudioContext {
    if (this.#context) return this.#context;
    const context = new AudioContext();
    this.#context = context;
    const resume = () => void context.resume().catch(() => undefined);
    for (const event of ["pointerdown", "keydown"]) {
      document.addEventListener(event, resume, { signal: this.#closing.signal, capture: true });
    }
    return context;
  }

  async #enumerate(): Promise<MediaDeviceInfo[]> {
    try {
      return (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch {
      return []; // a page without permission to look sees nothing
    }
  }

  async #openOne(microphone: string | undefined, camera: string | undefined, tuning: Tuning): Promise<Opened> {
    const stream = await getUserMedia(microphone, camera, tuning);
    if (stream instanceof MediaStream) return opened(stream.getTracks()[0]);
    // The remembered device is gone: any other is better than none.
    if (stream === "missing" && (microphone || camera)) {
      return this.#openOne(microphone && "", camera && "", tuning);
    }
    return { ok: false, trouble: stream };
  }
}

function opened(track: MediaStreamTrack | undefined): Opened {
  return track ? { ok: true, track } : { ok: false, trouble: "missing" };
}

async function getUserMedia(
  microphone: string | undefined,
  camera: string | undefined,
  tuning: Tuning,
): Promise<MediaStream | Trouble> {
  const { echo, noise, gain, stereo } = tuning.microphone;
  const { width, height, fps } = tuning.camera;
  if (!navigator.mediaDevices) return globalThis.isSecureContext ? "other" : "insecure";
  try {
    return await navigator.mediaDevices.getUserMedia({
      ...(microphone !== undefined && {
        audio: {
          ...exactly(microphone),
          echoCancellation: echo,
          noiseSuppression: noise,
          autoGainControl: gain,
          ...(stereo && { channelCount: { ideal: 2 } }),
        },
      }),
      ...(camera !== undefined && {
        // Three simulcast layers need 720p (a smaller source loses one); ideal values never fail.
        video: {
          ...exactly(camera),
          width: { ideal: width },
          height: { ideal: height },
          frameRate: { ideal: fps, max: fps },
          ...(camera === "" && { facingMode: "user" }),
        },
      }),
    });
  } catch (error) {
    return troubleOf(error);
  }
}

function exactly(id: string): MediaTrackConstraints {
  const way = (["user", "environment"] as const).find((way) => facing(way) === id);
  if (way) return { facingMode: { exact: way } };
  return id === "" ? {} : { deviceId: { exact: id } };
}

function troubleOf(error: unknown): Trouble {
  switch (error instanceof DOMException || error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "in-use";
    default:
      return "other";
  }
}
