/** The worker that hides the background: a thread of its own, so that the page stays quick. */
import modelUrl from "@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url";
import wasm from "../../../kernels/kernels.ts?kernels";
import type { Look } from "../../lib/backdrop";
import { build, type Kernels } from "../../lib/network";
import { Pacer } from "../../lib/pace";
import { readModel } from "../../lib/tflite";
import { Painter } from "./painter";
import type { FromWorker, ToWorker } from "./words";

/** The part of a worker's global scope that is used; the DOM's types know windows only. */
interface Scope {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}
const scope = self as unknown as Scope;
const pacer = new Pacer();
let look: Look = { kind: "blur", strong: true };
let painter: Promise<Painter> | null = null;
let into: WritableStream<VideoFrame> | null = null;
let pipe = { stop: new AbortController(), ended: Promise.resolve() };
let running = false;

async function open(): Promise<Painter> {
  const [file, made] = await Promise.all([
    fetch(modelUrl).then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error("no model")))),
    WebAssembly.instantiate(wasm as BufferSource),
  ]);
  const kernels = made.instance.exports as unknown as Kernels;
  return new Painter(kernels, build(readModel(file), kernels), look);
}

function fail(error: unknown): void {
  scope.postMessage({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
}

/** Paints a frame, makes of the canvas what it is wanted as, and takes the time of both. */
async function paint<Made>(frame: CanvasImageSource, width: number, height: number, make: (canvas: OffscreenCanvas) => Made): Promise<Made> {
  const ready = await (painter ??= open());
  const before = performance.now();
  ready.paint(frame, width, height, pacer.pace);
  const made = make(ready.canvas);
  const { cost } = pacer;
  if (!pacer.take(performance.now() - before)) fail("too slow");
  if (pacer.cost && pacer.cost !== cost) scope.postMessage({ type: "cost", cost: pacer.cost });
  return made;
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
        const { displayWidth, displayHeight, timestamp } = frame;
        out.enqueue(await paint(frame, displayWidth, displayHeight, (canvas) => new VideoFrame(canvas, { timestamp, alpha: "discard" })));
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
    const made = await paint(frame, frame.width, frame.height, (canvas) => canvas.transferToImageBitmap());
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
      void painter?.then((ready) => (ready.look = look));
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
