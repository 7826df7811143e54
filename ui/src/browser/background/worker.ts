/** The worker that hides the background: a thread of its own, so that the page stays quick. */
import modelUrl from "@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url";
import wasm from "../../../kernels/kernels.ts?kernels";
import type { Look } from "../../lib/backdrop";
import { build, type Kernels } from "../../lib/network";
import { Pacer } from "../../lib/pace";
import { readModel } from "../../lib/tflite";
import { Outline } from "./outline";
import { Painter } from "./painter";
import { PlanesPainter } from "./planes";
import type { FromWorker, ToWorker } from "./words";

/** The part of a worker's global scope that is used; the DOM's types know windows only. */
interface Scope {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}
/** Two ways of painting, which know of the same person. */
interface Painters {
  readonly canvas: Painter;
  readonly planes: PlanesPainter;
}
const scope = self as unknown as Scope;
const pacer = new Pacer();
let look: Look = { kind: "blur", strong: true };
let painters: Promise<Painters> | null = null;
/** How many frames in a row have failed in planes; after so many all go through a canvas. */
let failures = 0;
const mostFailures = 3;
let into: WritableStream<VideoFrame> | null = null;
let pipe = { stop: new AbortController(), ended: Promise.resolve() };
let running = false;

async function open(): Promise<Painters> {
  const [file, made] = await Promise.all([
    fetch(modelUrl).then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error("no model")))),
    WebAssembly.instantiate(wasm as BufferSource),
  ]);
  const kernels = made.instance.exports as unknown as Kernels;
  const outline = new Outline(kernels, build(readModel(file), kernels));
  return { canvas: new Painter(outline, look), planes: new PlanesPainter(outline, look) };
}

function fail(error: unknown): void {
  scope.postMessage({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
}

/** Paints a frame and takes the time of it. */
async function paint<Made>(make: (painters: Painters) => Made | Promise<Made>): Promise<Made> {
  const ready = await (painters ??= open());
  const before = performance.now();
  const made = await make(ready);
  const { cost } = pacer;
  if (!pacer.take(performance.now() - before)) fail("too slow");
  if (pacer.cost && pacer.cost !== cost) scope.postMessage({ type: "cost", cost: pacer.cost });
  return made;
}

/** Frames whose planes cannot be had (of some graphics cards, or turned) go through a canvas. */
async function paintFrame(frame: VideoFrame, { canvas, planes }: Painters): Promise<VideoFrame> {
  if (failures < mostFailures && PlanesPainter.takes(frame)) {
    try {
      const made = await planes.paint(frame, pacer.pace);
      failures = 0;
      return made;
    } catch (error) {
      if (++failures === mostFailures) console.warn("Backgrounds are painted on a canvas from now on:", error);
    }
  }
  const { displayWidth, displayHeight, timestamp } = frame;
  canvas.paint(frame, displayWidth, displayHeight, pacer.pace);
  return new VideoFrame(canvas.canvas, { timestamp, alpha: "discard" });
}

function paintBitmap(frame: ImageBitmap, { canvas }: Painters): ImageBitmap {
  canvas.paint(frame, frame.width, frame.height, pacer.pace);
  return canvas.canvas.transferToImageBitmap();
}

function started(): void {
  if (running) return;
  running = true;
  scope.postMessage({ type: "running" });
}

async function connect(readable: ReadableStream<VideoFrame>): Promise<void> {
  pipe.stop.abort();
  await pipe.ended;
  if (!into) return;
  const stop = new AbortController();
  const painted = new TransformStream<VideoFrame, VideoFrame>({
    async transform(frame, out) {
      try {
        const made = await paint((ready) => paintFrame(frame, ready));
        if (stop.signal.aborted) return made.close(); // of the camera before
        out.enqueue(made);
        started();
      } finally {
        frame.close();
      }
    },
  });
  const ended = readable
    .pipeThrough(painted, { signal: stop.signal })
    .pipeTo(into, { preventClose: true, preventAbort: true, preventCancel: false, signal: stop.signal })
    .catch((error: unknown) => {
      if (!stop.signal.aborted) fail(error);
    });
  pipe = { stop, ended };
}

async function answer(frame: ImageBitmap): Promise<void> {
  try {
    const made = await paint((ready) => paintBitmap(frame, ready));
    scope.postMessage({ type: "frame", frame: made }, [made]);
    started();
  } finally {
    frame.close();
  }
}

scope.addEventListener("message", ({ data }) => {
  switch (data.type) {
    case "look":
      look = data.look;
      void painters?.then(({ canvas, planes }) => (canvas.look = planes.look = look));
      return;
    case "into":
      into = data.writable;
      return;
    case "from":
      return void connect(data.readable);
    case "tick":
      // A page out of sight has slow timers; a worker's go on.
      setInterval(() => scope.postMessage({ type: "tick" }), data.every);
      return;
    case "frame":
      answer(data.frame).catch(fail);
  }
});
