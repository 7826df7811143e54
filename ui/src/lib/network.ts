/** Runs a model on our kernels (kernels/kernels.ts): all memory is laid out once, after that a run is a list of calls. */
import type { Model, Operation, Tensor } from "./tflite";

/** What kernels/kernels.ts exports. Pointers are bytes into `memory`. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  pointwise(input: number, pixels: number, from: number, weights: number, bias: number, output: number, to: number, act: number): void;
  unfold(...numbers: number[]): void;
  depthwise(...numbers: number[]): void;
  add(a: number, b: number, output: number, count: number, act: number): void;
  scale(input: number, factors: number, output: number, pixels: number, channels: number, act: number): void;
  activation(input: number, output: number, count: number, act: number): void;
  logistic(input: number, output: number, count: number): void;
  mean(input: number, output: number, pixels: number, channels: number): void;
  double(input: number, height: number, width: number, channels: number, output: number): void;
  spread(input: number, height: number, width: number, channels: number, weights: number, bias: number, output: number): void;
  fromBytes(bytes: number, output: number, pixels: number, matrix: number): void;
  settle(said: number, mask: number, pixels: number, newness: number): void;
  smooth(mask: number, to: number, width: number, height: number, work: number): void;
  alpha(mask: number, rgba: number, pixels: number): void;
  blur(bytes: number, mask: number, output: number, work: number, width: number, height: number, radius: number): void;
  // Of planes (kernels/planes.ts).
  split(both: number, bothStride: number, first: number, second: number, stride: number, height: number): void;
  fromPixels(...numbers: number[]): void;
  halve(from: number, stride: number, width: number, height: number, to: number, toStride: number): void;
  shrink(from: number, stride: number, width: number, height: number, to: number, toWidth: number, toHeight: number, work: number): void;
  apart(...numbers: number[]): void;
  share(mask: number, to: number, pixels: number): void;
  widen(from: number, width: number, height: number, to: number, toWidth: number, toStride: number, work: number): void;
  blend(plane: number, stride: number, height: number, mask: number, maskHeight: number, background: number, backgroundHeight: number): void;
}

export interface Network {
  /** Where the picture goes, and where the answer stands. */
  readonly input: number;
  readonly output: number;
  readonly width: number;
  readonly height: number;
  run(): void;
}

const activations = { none: 0, relu: 1, "hard-swish": 2 } as const;
const bytesOfFloat = 4;

export function build(model: Model, kernels: Kernels): Network {
  const builder = new Builder(model, kernels);
  const [, height = 0, width = 0] = model.tensors[model.input]?.shape ?? [];
  const steps = builder.steps();
  return {
    input: builder.place(model.input),
    output: builder.place(model.output),
    ...{ width, height },
    run: () => {
      for (const step of steps) step();
    },
  };
}

class Builder {
  readonly #model: Model;
  readonly #kernels: Kernels;
  readonly #places = new Map<number, number>();
  #work = { at: 0, bytes: 0 };

  constructor(model: Model, kernels: Kernels) {
    this.#model = model;
    this.#kernels = kernels;
  }

  /** Where a tensor stands; its room is reserved when it is first asked for. */
  place(tensor: number): number {
    const known = this.#places.get(tensor);
    if (known !== undefined) return known;
    const { shape, values } = this.#tensor(tensor);
    const at = this.#kernels.reserve(size(shape) * bytesOfFloat);
    if (values) this.#fill(at, values);
    this.#places.set(tensor, at);
    return at;
  }

  steps(): (() => void)[] {
    const { operations } = this.#model;
    const steps: (() => void)[] = [];
    for (let at = 0; at < operations.length; at++) {
      const operation = operations[at] as Operation;
      const fused = this.#fused(operation, operations[at + 1]);
      if (fused) at++;
      steps.push(this.#step(operation, fused?.output ?? operation.output, fused?.act ?? activations.none));
    }
    return steps;
  }

  /** What follows an operation at once, and nobody else wants what stood between, is done in the same go. */
  #fused({ name, output }: Operation, next: Operation | undefined): { output: number; act: number } | null {
    if (next?.name !== "relu" && next?.name !== "hard-swish") return null;
    if (!["convolution", "depthwise", "add", "multiply"].includes(name) || next.inputs[0] !== output) return null;
    if (this.#model.operations.filter(({ inputs }) => inputs.includes(output)).length > 1) return null;
    return { output: next.output, act: activations[next.name] };
  }

  #step(operation: Operation, target: number, act: number): () => void {
    const kernels = this.#kernels;
    const [first = -1, second = -1, third = -1] = operation.inputs;
    const { shape } = this.#tensor(first);
    const [, height = 1, width = 1, channels = 1] = shape;
    const pixels = height * width;
    const output = this.place(target);
    switch (operation.name) {
      case "convolution":
        return this.#convolution(operation, output, act);
      case "depthwise":
        return this.#depthwise(operation, output, act);
      case "add": {
        const [a, b] = [this.place(first), this.place(second)];
        return () => kernels.add(a, b, output, size(shape), act);
      }
      case "multiply": {
        const [a, b] = [this.place(first), this.place(second)];
        return () => kernels.scale(a, b, output, pixels, channels, act);
      }
      case "spread": {
        const [input, weights, bias] = [this.place(first), this.place(second), this.place(third)];
        return () => kernels.spread(input, height, width, channels, weights, bias, output);
      }
      default: {
        const input = this.place(first);
        return this.#simple(operation.name, input, output, [height, width, channels]);
      }
    }
  }

  #simple(name: Operation["name"], input: number, output: number, shape: [number, number, number]): () => void {
    const kernels = this.#kernels;
    const [height, width, channels] = shape;
    const count = height * width * channels;
    switch (name) {
      case "relu":
      case "hard-swish":
        return () => kernels.activation(input, output, count, activations[name]);
      case "logistic":
        return () => kernels.logistic(input, output, count);
      case "mean":
        return () => kernels.mean(input, output, height * width, channels);
      case "resize":
        return () => kernels.double(input, height, width, channels, output);
      default:
        throw new Error(`nobody knows how to ${name}`);
    }
  }

  #convolution({ inputs, output: to, stride, framed }: Operation, output: number, act: number): () => void {
    const [first = -1, second = -1, third = -1] = inputs;
    const kernels = this.#kernels;
    const [, height = 1, width = 1, channels = 1] = this.#tensor(first).shape;
    const [many = 1, square = 1] = this.#tensor(second).shape;
    const [, outHeight = 1, outWidth = 1] = this.#tensor(to).shape;
    const [input, bias] = [this.place(first), this.place(third)];
    const row = square * square * channels;
    const weights = this.#turned(second, many, row);
    const pixels = outHeight * outWidth;
    if (square === 1 && stride === 1) {
      return () => kernels.pointwise(input, pixels, channels, weights, bias, output, many, act);
    }
    const rows = this.#room(pixels * row * bytesOfFloat);
    const [top, left] = margins(framed, square, stride, [height, width], [outHeight, outWidth]);
    return () => {
      kernels.unfold(input, height, width, channels, rows, outHeight, outWidth, square, stride, top, left);
      kernels.pointwise(rows, pixels, row, weights, bias, output, many, act);
    };
  }

  #depthwise({ inputs, output: to, stride, framed }: Operation, output: number, act: number): () => void {
    const [first = -1, second = -1, third = -1] = inputs;
    const [, height = 1, width = 1, channels = 1] = this.#tensor(first).shape;
    const [, square = 1] = this.#tensor(second).shape;
    const [, outHeight = 1, outWidth = 1] = this.#tensor(to).shape;
    const [top, left] = margins(framed, square, stride, [height, width], [outHeight, outWidth]);
    const [input, weights, bias] = [this.place(first), this.place(second), this.place(third)];
    const places = [input, height, width, channels, weights, bias, output, outHeight, outWidth];
    return () => this.#kernels.depthwise(...places, square, stride, top, left, act);
  }

  /** Weights with a row for each channel that comes in place of one for each that goes. */
  #turned(tensor: number, rows: number, columns: number): number {
    const { values } = this.#tensor(tensor);
    if (!values) throw new Error("a convolution has no weights");
    const at = this.#kernels.reserve(rows * columns * bytesOfFloat);
    this.#fill(at, Float32Array.from(values, (_, index) => values[(index % rows) * columns + Math.floor(index / rows)] ?? 0));
    return at;
  }

  /** One room for what is needed for a moment. */
  #room(bytes: number): number {
    if (bytes > this.#work.bytes) this.#work = { at: this.#kernels.reserve(bytes), bytes };
    return this.#work.at;
  }

  #fill(at: number, values: Float32Array | Int32Array): void {
    new Float32Array(this.#kernels.memory.buffer, at, values.length).set(values);
  }

  #tensor(tensor: number): Tensor {
    const found = this.#model.tensors[tensor];
    if (!found) throw new Error("the model lacks a tensor");
    return found;
  }
}

function size(shape: readonly number[]): number {
  return shape.reduce((all, one) => all * one, 1);
}

type Pair = readonly [number, number];

/** How many rows and columns of zeros stand before the picture (TensorFlow's SAME and VALID). */
function margins(framed: boolean, square: number, stride: number, from: Pair, to: Pair): Pair {
  const before = (all: number, made: number) => Math.max(0, Math.floor(((made - 1) * stride + square - all) / 2));
  return framed ? [before(from[0], to[0]), before(from[1], to[1])] : [0, 0];
}
