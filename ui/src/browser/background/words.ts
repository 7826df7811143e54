/** What the page and its background's worker say to each other. */
import type { Look } from "../../lib/backdrop";
import type { Cost } from "../../lib/pace";

export type ToWorker =
  | { readonly type: "look"; readonly look: Look }
  /** Chromium: frames come and go by themselves. */
  | { readonly type: "into"; readonly writable: WritableStream<VideoFrame> }
  | { readonly type: "from"; readonly readable: ReadableStream<VideoFrame> }
  /** Elsewhere: the page brings each frame, and gets it back. */
  | { readonly type: "tick"; readonly every: number }
  | { readonly type: "frame"; readonly frame: ImageBitmap };

export type FromWorker =
  | { readonly type: "running" }
  | { readonly type: "tick" }
  | { readonly type: "frame"; readonly frame: ImageBitmap }
  /** What it costs now; every second or so. */
  | { readonly type: "cost"; readonly cost: Cost }
  /** It cannot go on: this machine is too slow for it, or something broke. */
  | { readonly type: "failed"; readonly reason: string };
