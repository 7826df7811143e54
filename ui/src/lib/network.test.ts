import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../build/kernels";
import { build, type Kernels } from "./network";
import { half, readModel, type Model, type Operation } from "./tflite";

const modelFile = "node_modules/@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite";
let model: Model;
let module: WebAssembly.Module;
beforeAll(async () => {
  const file = await readFile(modelFile);
  model = readModel(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  module = new WebAssembly.Module((await compile("kernels/kernels.ts")).binary as BufferSource);
}, 120_000);

const kernels = () => new WebAssembly.Instance(module).exports as unknown as Kernels;
const floats = (of: Kernels, at: number, count: number) => new Float32Array(of.memory.buffer, at, count);

describe("the model", () => {
  it("takes a small picture and gives one value for each pixel", () => {
    expect(model.tensors[model.input]?.shape).toEqual([1, 144, 256, 3]);
    expect(model.tensors[model.output]?.shape).toEqual([1, 144, 256, 1]);
    expect(model.operations.some(({ name }) => name === "dequantize")).toBe(false);
  });

  it("that is none throws", () => {
    expect(() => readModel(new ArrayBuffer(0))).toThrow();
    expect(() => readModel(new ArrayBuffer(64))).toThrow();
  });
});

it("half precision is read as IEEE 754 has it", () => {
  expect([0x3c00, 0xc000, 0x0001, 0x7c00, 0x3555].map(half)).toEqual([1, -2, 2 ** -24, Infinity, 0.333251953125]);
});

it("the network says what the plain arithmetic says", () => {
  const of = kernels();
  // Before the last step, which makes 0 of all that is surely background.
  const operations = model.operations.slice(0, -1);
  const whole = { ...model, operations, output: operations.at(-1)?.output ?? -1 };
  const network = build(whole, of);
  const picture = Float32Array.from({ length: 144 * 256 * 3 }, (_, at) => (Math.sin(at * 0.011) + Math.sin(at * 0.37)) / 4 + 0.5);
  floats(of, network.input, picture.length).set(picture);
  network.run();
  const said = floats(of, network.output, 144 * 256);
  const plain = reckon(whole, picture);
  const furthest = said.reduce((most, value, at) => Math.max(most, Math.abs(value - (plain[at] ?? NaN))), 0);
  expect(furthest).toBeLessThan(0.001);
  expect(Math.max(...said) - Math.min(...said)).toBeGreaterThan(1);
}, 30_000);

describe("a background out of focus", () => {
  const [width, height] = [64, 36];
  /** A white person in the middle of a black room with a grey wall. */
  function blurred(person: boolean): Uint8Array {
    const of = kernels();
    const [rgba, mask, output, work] = [4, 4, 4, 36].map((bytes) => of.reserve(width * height * bytes)) as [number, number, number, number];
    const picture = new Uint8Array(of.memory.buffer, rgba, width * height * 4);
    const middle = (at: number) => Math.abs((at % width) - width / 2) < 8;
    for (let at = 0; at < width * height; at++) picture.fill(middle(at) ? 255 : at % 8 < 4 ? 0 : 100, at * 4, at * 4 + 4);
    floats(of, mask, width * height).forEach((_, at, all) => (all[at] = person && middle(at) ? 1 : 0));
    of.blur(rgba, mask, output, work, width, height, 3);
    return new Uint8Array(of.memory.buffer, output, width * height * 4).slice();
  }

  it("has no details and no holes", () => {
    const made = blurred(true);
    const row = Array.from({ length: 12 }, (_, x) => made[(18 * width + 4 + x) * 4] ?? 0);
    expect(Math.max(...row) - Math.min(...row)).toBeLessThan(40);
    expect(made.filter((_, at) => at % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  it.each([[64, 36, 3], [33, 18, 8], [16, 5, 20]])("is what the plain arithmetic says, of %i × %i pixels and %i around each", (width, height, radius) => {
    const of = kernels();
    const pixels = width * height;
    const [bytes, mask, output, work] = [4, 4, 4, 32].map((each) => of.reserve(pixels * each + width * 16)) as [number, number, number, number];
    const picture = new Uint8Array(of.memory.buffer, bytes, pixels * 4);
    picture.forEach((_, at) => (picture[at] = (at * 7919) % 251));
    const shares = floats(of, mask, pixels);
    shares.forEach((_, at) => (shares[at] = Math.max(0, Math.sin(at * 0.05))));
    of.blur(bytes, mask, output, work, width, height, radius);
    const made = new Uint8Array(of.memory.buffer, output, pixels * 4);
    const weights = Array.from(shares, (one) => 1.002 - one);
    const sums = (values: number[]) =>
      values.map((_, at) => {
        const [x, y] = [at % width, Math.floor(at / width)];
        let sum = 0;
        for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
          for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) sum += values[v * width + u] ?? NaN;
        }
        return sum;
      });
    const under = sums(sums(weights));
    for (const channel of [0, 1, 2]) {
      const over = sums(sums(weights.map((weight, at) => weight * (picture[at * 4 + channel] ?? NaN))));
      const furthest = over.reduce((most, sum, at) => Math.max(most, Math.abs(sum / (under[at] ?? NaN) - (made[at * 4 + channel] ?? NaN))), 0);
      expect(furthest).toBeLessThan(0.6);
    }
  });

  it("does not shine with the person in front of it", () => {
    const beside = (18 * width + width / 2 - 10) * 4;
    expect(blurred(false)[beside]).toBeGreaterThan((blurred(true)[beside] ?? 255) + 20);
  });
});

it("what is doubtful settles, and old masks fade", () => {
  const of = kernels();
  const [said, mask, rgba] = [of.reserve(16), of.reserve(16), of.reserve(16)];
  floats(of, said, 4).set([0, 0.2, 0.5, 1]);
  of.settle(said, mask, 4, 1);
  expect([...floats(of, mask, 4)]).toEqual([0, 0, 0.5, 1]);
  floats(of, said, 4).fill(0);
  of.settle(said, mask, 4, 0.5);
  expect([...floats(of, mask, 4)]).toEqual([0, 0, 0.25, 0.5]);
  of.alpha(mask, rgba, 4);
  expect([...new Uint8Array(of.memory.buffer, rgba, 16)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 128]);
});

it("an outline has no steps, and none of it is lost", () => {
  const of = kernels();
  const [width, height] = [16, 5];
  const [mask, shape, work] = [of.reserve(320), of.reserve(320), of.reserve(96)];
  // A person on the right, and a speck.
  floats(of, mask, 80).forEach((_, at, all) => (all[at] = at % width >= 8 || at === 2 * width + 3 ? 1 : 0));
  of.smooth(mask, shape, width, height, work);
  const made = [0, 1, 2, 3, 4].map((y) => [...floats(of, shape, 80)].slice(y * width, y * width + width));
  expect(made[0]).toEqual([0, 0, 0, 0, 0, 0, 0, 0.25, 0.75, 1, 1, 1, 1, 1, 1, 1]);
  expect(made[1]?.slice(0, 8)).toEqual([0, 0, 0.0625, 0.125, 0.0625, 0, 0, 0.25]);
  expect(made[2]?.slice(0, 8)).toEqual([0, 0, 0.125, 0.25, 0.125, 0, 0, 0.25]);
  expect(made[3]).toEqual(made[1]);
  expect(made[4]).toEqual(made[0]);
});

/** The same without any cleverness. */
function reckon({ tensors, operations, input, output }: Model, picture: Float32Array): Float32Array {
  const all = new Map<number, Float32Array>([[input, picture]]);
  const values = (tensor: number) => all.get(tensor) ?? Float32Array.from(tensors[tensor]?.values ?? []);
  for (const operation of operations) all.set(operation.output, plainly(operation, values, (tensor) => tensors[tensor]?.shape ?? []));
  return values(output);
}

function plainly(op: Operation, values: (tensor: number) => Float32Array, shape: (tensor: number) => readonly number[]): Float32Array {
  const [a = -1, b = -1, c = -1] = op.inputs;
  const x = values(a);
  const [, height = 1, width = 1, channels = 1] = shape(a);
  const [, rows = 1, columns = 1, many = 1] = shape(op.output);
  const each = (make: (y: number, x: number, to: number) => number) =>
    Float32Array.from({ length: rows * columns * many }, (_, at) => make(Math.floor(at / many / columns), Math.floor(at / many) % columns, at % many));
  const at = (y: number, column: number, channel: number) => x[(y * width + column) * channels + channel] ?? 0;
  switch (op.name) {
    case "relu":
      return x.map((one) => Math.max(0, one));
    case "hard-swish":
      return x.map((one) => (one * Math.min(6, Math.max(0, one + 3))) / 6);
    case "logistic":
      return x.map((one) => 1 / (1 + Math.exp(-one)));
    case "add":
      return x.map((one, index) => one + (values(b)[index] ?? 0));
    case "multiply": {
      const factors = values(b);
      return x.map((one, index) => one * (factors[index % factors.length] ?? 0));
    }
    case "mean":
      return each((_y, _x, to) => {
        let sum = 0;
        for (let pixel = 0; pixel < height * width; pixel++) sum += x[pixel * channels + to] ?? 0;
        return sum / (height * width);
      });
    case "resize":
      return each((y, column, to) => {
        const [v, u] = [Math.max(0, (y + 0.5) / 2 - 0.5), Math.max(0, (column + 0.5) / 2 - 0.5)];
        const [top, left] = [Math.floor(v), Math.floor(u)];
        const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
        const upper = at(top, left, to) * (1 - (u - left)) + at(top, right, to) * (u - left);
        const lower = at(bottom, left, to) * (1 - (u - left)) + at(bottom, right, to) * (u - left);
        return upper * (1 - (v - top)) + lower * (v - top);
      });
    case "spread": {
      const weights = values(b);
      return each((y, column) => {
        const corner = (y % 2) * 2 + (column % 2);
        let sum = values(c)[0] ?? 0;
        for (let channel = 0; channel < channels; channel++) {
          sum += at(y >> 1, column >> 1, channel) * (weights[corner * channels + channel] ?? 0);
        }
        return sum;
      });
    }
    case "convolution":
    case "depthwise": {
      const deep = op.name === "depthwise";
      const [weights, bias] = [values(b), values(c)];
      const square = shape(b)[1] ?? 1;
      const before = (from: number, to: number) => (op.framed ? Math.max(0, Math.floor(((to - 1) * op.stride + square - from) / 2)) : 0);
      const [top, left] = [before(height, rows), before(width, columns)];
      return each((y, column, to) => {
        let sum = bias[to] ?? 0;
        for (let ky = 0; ky < square; ky++) {
          for (let kx = 0; kx < square; kx++) {
            const [v, u] = [y * op.stride - top + ky, column * op.stride - left + kx];
            if (v < 0 || v >= height || u < 0 || u >= width) continue;
            if (deep) sum += at(v, u, to) * (weights[(ky * square + kx) * channels + to] ?? 0);
            else for (let from = 0; from < channels; from++) sum += at(v, u, from) * (weights[((to * square + ky) * square + kx) * channels + from] ?? 0);
          }
        }
        return sum;
      });
    }
    default:
      throw new Error(op.name);
  }
}
