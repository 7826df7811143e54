/** Paints a person before another background in the planes of a camera's frames: little is converted, and the person is not touched. */
import type { Look } from "../../lib/backdrop";
import type { Kernels } from "../../lib/network";
import type { Pace } from "../../lib/pace";
import { arrange, copyOf, half, isFormat, layoutOf, orderOf, rowOfPixels, slack, strip, type Arrangement } from "../../lib/planes";
import { codingOf, matrixOf, pixelsOf, spaceOf } from "../../lib/colours";
import type { Outline } from "./outline";
import { paintBackdrop, penOf } from "./scenery";

/** What TypeScript does not know of frames yet. */
interface Turned {
  readonly rotation?: number;
  readonly flip?: boolean;
}

export class PlanesPainter {
  readonly #outline: Outline;
  readonly #kernels: Kernels;
  /** Planes of the small picture: the person's share, and the blurred background. */
  readonly #share: number;
  readonly #soft: readonly [number, number, number];
  /** How the bytes of the small picture become colours, and how pixels become planes: the camera's, and a background's. */
  readonly #matrix: number;
  readonly #pixels: number;
  readonly #scene: number;
  #look: Look;
  /** What all frames are like for now, and where things stand for them. */
  #kind = "";
  #places: Arrangement | null = null;
  #memory = { at: 0, bytes: 0 };
  /** Whether the background is painted; and which outline the masks, and which the blurred background are of. */
  #painted = false;
  #maskedWith = -1;
  #blurredWith = -1;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(outline: Outline, look: Look) {
    [this.#outline, this.#kernels, this.#look] = [outline, outline.kernels, look];
    const plane = () => this.#kernels.reserve(outline.pixels + slack);
    this.#share = plane();
    this.#soft = [plane(), plane(), plane()];
    const matrix = () => this.#kernels.reserve(64);
    [this.#matrix, this.#pixels, this.#scene] = [matrix(), matrix(), matrix()];
  }

  /** Upright frames of the usual kinds; all others are for a canvas. */
  static takes(frame: VideoFrame): boolean {
    const { format, visibleRect, colorSpace } = frame;
    const { rotation = 0, flip = false } = frame as Turned;
    // Planes of colour begin at even pixels.
    if (rotation !== 0 || flip || !visibleRect || visibleRect.x % 2 !== 0 || visibleRect.y % 2 !== 0) return false;
    return isFormat(format) && codingOf(spaceOf(format, colorSpace.toJSON())) !== null;
  }

  set look(look: Look) {
    this.#look = look;
    this.#painted = false;
    this.#blurredWith = -1;
  }

  /** One after the other: the last frame of one camera may still be under way when the first of the next one comes. */
  paint(frame: VideoFrame, pace: Pace): Promise<VideoFrame> {
    const made = this.#turn.then(() => this.#make(frame, pace));
    this.#turn = made.catch(() => undefined);
    return made;
  }

  async #make(frame: VideoFrame, { every, scale }: Pace): Promise<VideoFrame> {
    const places = this.#arrange(frame, scale);
    await frame.copyTo(new Uint8Array(this.#kernels.memory.buffer, this.#memory.at, places.bytes), { layout: copyOf(places) });
    this.#spread(places);
    this.#find(places, this.#outline.due(every));
    if (places.to !== places.from) this.#halve(places);
    this.#blend(places);
    return this.#give(frame, places, scale);
  }

  #arrange({ format, visibleRect, colorSpace }: VideoFrame, scale: Pace["scale"]): Arrangement {
    const { width = 0, height = 0 } = visibleRect ?? {};
    const kind = [format, width, height, scale, colorSpace.matrix, colorSpace.fullRange].join(" ");
    if (this.#places && kind === this.#kind) return this.#places;
    const coding = isFormat(format) ? codingOf(spaceOf(format, colorSpace.toJSON())) : null;
    if (!coding || !isFormat(format)) throw new Error(`no planes are made of ${format}`);
    const order = orderOf(format);
    this.#keep(this.#matrix, matrixOf(coding));
    if (order) this.#keep(this.#pixels, pixelsOf(coding, order));
    this.#keep(this.#scene, pixelsOf(coding, "RGB"));
    const from = layoutOf(width, height);
    const places = arrange(format, from, scale === 1 ? from : layoutOf(half(width), half(height)), this.#outline);
    // Memory is never given back: what is there is used again as long as it is large enough.
    if (places.bytes > this.#memory.bytes) this.#memory = { at: this.#kernels.reserve(places.bytes), bytes: places.bytes };
    [this.#kind, this.#places] = [kind, places];
    this.#painted = false;
    this.#maskedWith = this.#blurredWith = -1;
    return places;
  }

  #keep(at: number, numbers: Float32Array | Int32Array): void {
    new Uint8Array(this.#kernels.memory.buffer).set(new Uint8Array(numbers.buffer), at);
  }

  /** What did not come in planes of its own gets them. */
  #spread({ format, from, rest }: Arrangement): void {
    const { at } = this.#memory;
    const [bright, blue, red] = from.planes;
    if (format === "NV12") this.#kernels.split(at + rest, blue.stride * 2, at + blue.offset, at + red.offset, blue.stride, blue.height);
    if (!orderOf(format)) return;
    const planes = from.planes.map(({ offset }) => at + offset);
    this.#kernels.fromPixels(at + rest, from.width, from.height, ...planes, bright.stride, blue.stride, this.#pixels);
  }

  /** Where the person is, by this frame or by one before it; and what is behind them, blurred. */
  #find(places: Arrangement, due: boolean): void {
    const [outline, look] = [this.#outline, this.#look];
    // Chosen between two outlines: this frame is blurred with the last one.
    const blurs = look.kind === "blur" && (due || this.#blurredWith !== outline.found);
    if (due || blurs) this.#shrink(places);
    if (due) outline.find(this.#matrix);
    if (this.#maskedWith !== outline.found) {
      this.#kernels.share(outline.shape, this.#share, outline.pixels);
      places.masks.forEach((to, plane) => this.#widen(this.#share, to, plane, places));
      this.#maskedWith = outline.found;
    }
    if (!blurs) return;
    outline.blur(look.strong);
    this.#kernels.apart(outline.blurred, ...this.#soft, outline.pixels);
    places.blurred.forEach((to, plane) => this.#widen(this.#soft[plane] ?? 0, to, plane, places));
    this.#blurredWith = outline.found;
  }

  #shrink({ from, work }: Arrangement): void {
    const { at } = this.#memory;
    const { small, width: toWidth, height: toHeight } = this.#outline;
    from.planes.forEach(({ offset, stride, width, height }, channel) => {
      this.#kernels.shrink(at + offset, stride, width, height, small + channel, toWidth, toHeight, at + work);
    });
  }

  /** Stretches the rows of a small plane to those of a large one. */
  #widen(from: number, to: number, plane: number, { to: { planes }, work }: Arrangement): void {
    const { at } = this.#memory;
    const { width = 0, stride = 0 } = planes[plane] ?? {};
    this.#kernels.widen(from, this.#outline.width, this.#outline.height, at + to, width, stride, at + work);
  }

  #halve({ from, to, target }: Arrangement): void {
    const { at } = this.#memory;
    from.planes.forEach(({ offset, stride, width, height }, plane) => {
      const { offset: into = 0, stride: toStride = 0 } = to.planes[plane] ?? {};
      this.#kernels.halve(at + offset, stride, width, height, at + target + into, toStride);
    });
  }

  #blend(places: Arrangement): void {
    const { at } = this.#memory;
    const { to, target, painted, masks, blurred } = places;
    const [rows, look] = [this.#outline.height, this.#look];
    const blurs = look.kind === "blur";
    if (!blurs && !this.#painted) this.#paint(look, places);
    to.planes.forEach(({ offset, stride, height }, plane) => {
      const mask = masks[plane === 0 ? 0 : 1];
      const behind = blurs ? (blurred[plane] ?? 0) : painted + offset;
      this.#kernels.blend(at + target + offset, stride, height, at + mask, rows, at + behind, blurs ? rows : height);
    });
  }

  /** Paints a background, and makes planes of it, strip by strip. */
  #paint(look: Exclude<Look, { kind: "blur" }>, { to, painted, rest }: Arrangement): void {
    const { at } = this.#memory;
    const [bright, blue, red] = to.planes;
    const pen = penOf(paintBackdrop(look, to, true));
    const line = rowOfPixels(blue);
    for (let top = 0; top < to.height; top += strip) {
      const rows = Math.min(strip, to.height - top);
      const { data } = pen.getImageData(0, top, to.width, rows);
      const pixels = new Uint8Array(this.#kernels.memory.buffer, at + rest, strip * line);
      for (let y = 0; y < rows; y++) pixels.set(data.subarray(y * to.width * 4, (y + 1) * to.width * 4), y * line);
      const planes = [bright.offset + top * bright.stride, blue.offset + (top / 2) * blue.stride, red.offset + (top / 2) * red.stride];
      const places = planes.map((place) => at + painted + place);
      this.#kernels.fromPixels(at + rest, to.width, rows, ...places, bright.stride, blue.stride, this.#scene);
    }
    this.#painted = true;
  }

  #give(frame: VideoFrame, { format, to, target }: Arrangement, scale: number): VideoFrame {
    const { timestamp, duration, colorSpace, displayWidth, displayHeight } = frame;
    const made = new Uint8Array(this.#kernels.memory.buffer, this.#memory.at + target, to.bytes);
    return new VideoFrame(made, {
      ...{ format: "I420", codedWidth: to.width, codedHeight: to.height, layout: [...to.planes] },
      ...{ displayWidth: Math.round(displayWidth * scale), displayHeight: Math.round(displayHeight * scale) },
      ...{ colorSpace: spaceOf(format, colorSpace.toJSON()), timestamp, ...(duration !== null && { duration }) },
    });
  }
}
