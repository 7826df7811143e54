/** Paints a person before another background, on a canvas that needs no page. */
import { cover, scenes, type Look } from "../../lib/backdrop";
import type { Kernels, Network } from "../../lib/network";
import type { Pace } from "../../lib/pace";

/** How much a new outline counts beside the last one. */
const newness = 0.6;
/** How far a blur reaches, in pixels of the model's small picture. */
const reach = { light: 3, strong: 8 } as const;

type Canvas = OffscreenCanvas;

export class Painter {
  readonly canvas: Canvas = new OffscreenCanvas(2, 2);
  readonly #pen = penOf(this.canvas);
  readonly #kernels: Kernels;
  readonly #network: Network;
  /** The model's small picture of the camera, the outline and the blurred background, each as bytes and on a canvas. */
  readonly #small: Layer;
  readonly #outline: Layer;
  readonly #blurred: Layer;
  readonly #mask: number;
  readonly #work: number;
  #look: Look;
  /** A painted background, for the size it was made for. */
  #painted: Canvas | null = null;
  #frame = 0;

  constructor(kernels: Kernels, network: Network, look: Look) {
    this.#kernels = kernels;
    this.#network = network;
    this.#look = look;
    const { width, height } = network;
    const layer = () => new Layer(kernels, width, height);
    [this.#small, this.#outline, this.#blurred] = [layer(), layer(), layer()];
    this.#mask = kernels.reserve(width * height * 4);
    this.#work = kernels.reserve(width * height * 32);
  }

  set look(look: Look) {
    this.#look = look;
    this.#painted = null;
  }

  paint(source: CanvasImageSource, width: number, height: number, { every, scale }: Pace): void {
    this.#resize(Math.round(width * scale), Math.round(height * scale));
    if (this.#frame++ % every === 0) this.#find(source);
    const [full, pen] = [this.canvas, this.#pen];
    // The person's outline, the person within it, and behind both the background.
    pen.globalCompositeOperation = "copy";
    pen.drawImage(this.#outline.canvas, 0, 0, full.width, full.height);
    pen.globalCompositeOperation = "source-in";
    pen.drawImage(source, 0, 0, full.width, full.height);
    pen.globalCompositeOperation = "destination-over";
    pen.drawImage(this.#background(source), 0, 0, full.width, full.height);
  }

  #resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.#painted = null;
  }

  /** Where the person is in this frame. */
  #find(source: CanvasImageSource): void {
    const { width, height } = this.#network;
    const pixels = width * height;
    this.#small.take(source);
    this.#kernels.fromBytes(this.#small.at, this.#network.input, pixels);
    this.#network.run();
    this.#kernels.settle(this.#network.output, this.#mask, this.#outline.at, pixels, newness);
    this.#outline.show();
    if (this.#look.kind === "blur") this.#blur(this.#look.strong);
  }

  #blur(strong: boolean): void {
    const { width, height } = this.#network;
    const radius = strong ? reach.strong : reach.light;
    this.#kernels.blur(this.#small.at, this.#mask, this.#blurred.at, this.#work, width, height, radius);
    this.#blurred.show();
  }

  #background(source: CanvasImageSource): CanvasImageSource {
    if (this.#look.kind !== "blur") return (this.#painted ??= paintBackdrop(this.#look, this.canvas));
    // Chosen between two looks for the person: it is blurred with the last outline.
    if (!this.#blurred.shown) {
      this.#small.take(source);
      this.#blur(this.#look.strong);
    }
    return this.#blurred.canvas;
  }
}

/** A small picture as bytes for the kernels and on a canvas for the pen. */
class Layer {
  readonly canvas: Canvas;
  readonly at: number;
  shown = false;
  readonly #pen: OffscreenCanvasRenderingContext2D;
  readonly #memory: WebAssembly.Memory;

  constructor(kernels: Kernels, width: number, height: number) {
    this.canvas = new OffscreenCanvas(width, height);
    this.#pen = penOf(this.canvas, { willReadFrequently: true });
    this.#memory = kernels.memory;
    this.at = kernels.reserve(width * height * 4);
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
    this.shown = true;
  }
}

function paintBackdrop(look: Exclude<Look, { kind: "blur" }>, { width, height }: Canvas): Canvas {
  const canvas = new OffscreenCanvas(width, height);
  const pen = penOf(canvas);
  if (look.kind === "own") {
    const part = cover(look.picture, canvas);
    pen.drawImage(look.picture, part.x, part.y, part.width, part.height, 0, 0, width, height);
    return canvas;
  }
  const { colours, light } = scenes[look.scene];
  const depth = pen.createLinearGradient(0, 0, 0, height);
  colours.forEach((colour, at) => depth.addColorStop(at / (colours.length - 1), colour));
  const [colour, x, y] = light;
  const glow = pen.createRadialGradient(x * width, y * height, 0, x * width, y * height, width * 0.55);
  glow.addColorStop(0, colour);
  glow.addColorStop(1, `${colour}00`);
  for (const fill of [depth, glow]) {
    pen.fillStyle = fill;
    pen.fillRect(0, 0, width, height);
  }
  return canvas;
}

function penOf(canvas: Canvas, settings?: CanvasRenderingContext2DSettings): OffscreenCanvasRenderingContext2D {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("this browser paints nothing outside of the page");
  return pen;
}
