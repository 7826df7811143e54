/** Hides what is behind a person, in a worker. Loaded when it is first wanted. */
import type { Look } from "../../lib/backdrop";
import type { Cost } from "../../lib/pace";
import type { Processed } from "../media";
import type { FromWorker, ToWorker } from "./words";
import Worker from "./worker?worker";

/** Insertable streams (mediacapture-transform), which TypeScript does not know; Chromium has them. */
interface Insertable {
  readonly MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> };
  readonly MediaStreamTrackGenerator?: new (init: { kind: "video" }) => MediaStreamTrack & { writable: WritableStream<VideoFrame> };
}
const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = globalThis as Insertable;

/** Frames a second where the page has to carry each of them. */
const carried = 24;

export interface Hidden extends Processed {
  show(look: Look): void;
  /** What it costs now, once that is known. */
  cost(): Cost | null;
}

/** Resolves with the first frame that is painted; rejects when none will be. */
export function hideBackground(source: MediaStreamTrack, look: Look, failed: () => void): Promise<Hidden> {
  return new Promise((resolve, reject) => {
    const worker = new Worker();
    const say = (message: ToWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
    const way = MediaStreamTrackProcessor && MediaStreamTrackGenerator ? streamed(say) : carriedBy(say);
    const close = () => {
      worker.terminate();
      way.close();
    };
    let cost: Cost | null = null;
    const hidden: Hidden = {
      ...{ track: way.track, use: way.use, close },
      show: (next) => say({ type: "look", look: next }),
      cost: () => cost,
    };
    const fail = (reason: string) => {
      close();
      reject(new Error(reason)); // of no effect once it runs
      failed();
    };
    worker.addEventListener("error", (event) => fail(event.message));
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "running") resolve(hidden);
      else if (data.type === "failed") fail(data.reason);
      else if (data.type === "cost") cost = data.cost;
      else way.hear(data);
    });
    hidden.show(look);
    way.use(source);
  });
}

/** How frames get into the worker and out of it. */
interface Way {
  readonly track: MediaStreamTrack;
  use(source: MediaStreamTrack): void;
  hear(message: FromWorker): void;
  close(): void;
}

type Say = (message: ToWorker, transfer?: Transferable[]) => void;

function streamed(say: Say): Way {
  if (!MediaStreamTrackProcessor || !MediaStreamTrackGenerator) throw new Error("no insertable streams");
  const track = new MediaStreamTrackGenerator({ kind: "video" });
  say({ type: "into", writable: track.writable }, [track.writable]);
  return {
    track,
    use: (source) => {
      const { readable } = new MediaStreamTrackProcessor({ track: source });
      say({ type: "from", readable }, [readable]);
    },
    hear: () => undefined,
    close: () => track.stop(),
  };
}

/** Through a video element and a canvas of the page, where there are no streams of frames. */
function carriedBy(say: Say): Way {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  const [track] = canvas.captureStream(carried).getVideoTracks();
  if (!pen || !track) throw new Error("a canvas gives no track");
  let busy = false;
  let shown = -1;
  const grab = async () => {
    if (busy || video.videoWidth === 0 || video.currentTime === shown) return;
    busy = true;
    shown = video.currentTime;
    try {
      const frame = await createImageBitmap(video);
      say({ type: "frame", frame }, [frame]);
    } catch {
      busy = false; // between two cameras there is nothing to grab
    }
  };
  say({ type: "tick", every: 1000 / carried });
  return {
    track,
    use: (source) => {
      video.srcObject = new MediaStream([source]);
      video.play().catch(() => undefined); // being given another camera meanwhile
    },
    hear: (message) => {
      if (message.type === "tick") void grab();
      if (message.type !== "frame") return;
      busy = false;
      const { frame } = message;
      if (canvas.width !== frame.width || canvas.height !== frame.height) [canvas.width, canvas.height] = [frame.width, frame.height];
      pen.drawImage(frame, 0, 0);
      frame.close();
    },
    close: () => {
      video.srcObject = null;
      track.stop();
    },
  };
}
