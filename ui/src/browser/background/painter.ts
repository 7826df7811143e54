/** Paints a person before another background, on a canvas that needs no page. */
import type { Look } from "../../lib/backdrop";
import type { Pace } from "../../lib/pace";
import { placed, type Outline } from "./outline";
import { paintBackdrop, penOf } from "./scenery";

type Canvas = OffscreenCanvas;

/** Red, green and blue of a canvas as the network wants them: from 0 to 1. */
const fromCanvas = Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], (one) => one / 255);

export class Painter {
  readonly canvas: Canvas = new OffscreenCanvas(2, 2);
  readonly #pen = penOf(this.canvas);
  readonly #outline: Outline;
  readonly #matrix: number;
  /** The model's small picture of the camera, the person's shape and the blurred background. */
  readonly #small: Layer;
  readonly #shape: Layer;
  readonly #blurred: Layer;
  #look: Look;
  /** A painted background, for the size it was made for. */
  #painted: Canvas | null = null;
  /** Which outline is in the shape, and which of them the blurred background is made with. */
  #shown = 0;
  #blurredWith = -1;

  constructor(outline: Outline, look: Look) {
    this.#outline = outline;
    this.#look = look;
    const { kernels, width, height, pixels, small, blurred } = outline;
    this.#matrix = placed(kernels, fromCanvas);
    const layer = (at: number) => new Layer(kernels.memory, at, width, height);
    [this.#small, this.#shape, this.#blurred] = [layer(small), layer(kernels.reserve(pixels * 4)), layer(blurred)];
  }

  set look(look: Look) {
    this.#look = look;
    this.#painted = null;
    this.#blurredWith = -1;
  }

  paint(source: CanvasImageSource, width: number, height: number, { every, scale }: Pace): void {
    this.#resize(Math.round(width * scale), Math.round(height * scale));
    this.#find(source, this.#outline.due(every));
    const [full, pen] = [this.canvas, this.#pen];
    // The person's outline, the person within it, and behind both the background.
    pen.globalCompositeOperation = "copy";
    pen.drawImage(this.#shape.canvas, 0, 0, full.width, full.height);
    pen.globalCompositeOperation = "source-in";
    pen.drawImage(source, 0, 0, full.width, full.height);
    pen.globalCompositeOperation = "destination-over";
    pen.drawImage(this.#background(), 0, 0, full.width, full.height);
  }

  #resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.#painted = null;
  }

  /** Where the person is, by this frame or by one before it; and what is behind them, blurred. */
  #find(source: CanvasImageSource, due: boolean): void {
    const [outline, look] = [this.#outline, this.#look];
    // Chosen between two outlines: this frame is blurred with the last one.
    const blurs = look.kind === "blur" && (due || this.#blurredWith !== outline.found);
    if (due || blurs) this.#small.take(source);
    if (due) outline.find(this.#matrix);
    if (this.#shown !== outline.found) {
      outline.kernels.alpha(outline.shape, this.#shape.at, outline.pixels);
      this.#shape.show();
      this.#shown = outline.found;
    }
    if (!blurs) return;
    outline.blur(look.strong);
    this.#blurred.show();
    this.#blurredWith = outline.found;
  }

  #background(): Canvas {
    if (this.#look.kind === "blur") return this.#blurred.canvas;
    return (this.#painted ??= paintBackdrop(this.#look, this.canvas));
  }
}

/** A small picture as bytes for the kernels and on a canvas for the pen. */
class Layer {
  readonly canvas: Canvas;
  readonly at: number;
  readonly #pen: OffscreenCanvasRenderingContext2D;
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory, at: number, width: number, height: number) {
    this.canvas = new OffscreenCanvas(width, height);
    this.#pen = penOf(this.canvas, { willReadFrequently: true });
    [this.#memory, this.at] = [memory, at];
  }

  take(source: CanvasImageSource): void {
    const { width, height } = this.canvas;
    this.#pen.drawImage(source, 0, 0, width, height);
    new Uint8ClampedArray(this.#memory.buffer, this.at, width * height * 4).set(this.#pen.getImageData(0, 0, width, height).data);
  }

  show(): void {
    const { width, height } = this.canvas;
    const bytes = new Uint8ClampedArray(this.#memory.buffer as ArrayBuffer, this.at, width * height * 4);
    this.#pen.putImageData(new ImageData(bytes, width, height), 0, 0);
  }
}
