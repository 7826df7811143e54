import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../build/kernels";
import { toPlanes } from "../../gallery/planes";
import { codingOf, matrixOf, pixelsOf, spaceOf, type Coding } from "./colours";
import type { Kernels } from "./network";
import { arrange, copyOf, half, layoutOf, rowOfPixels, slack, strip, type Format } from "./planes";

let module: WebAssembly.Module;
beforeAll(async () => {
  module = new WebAssembly.Module((await compile("kernels/kernels.ts")).binary as BufferSource);
}, 120_000);

/** Kernels, and random bytes in their memory; the same ones in each run. */
class Bench {
  readonly kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
  #seed = 1;

  random(): number {
    this.#seed = (this.#seed * 1103515245 + 12345) % 2 ** 31;
    return this.#seed / 2 ** 31;
  }

  /** Random bytes: where they stand, and a copy of them. */
  bytes(count: number, make = () => this.random() * 256): { at: number; values: Uint8Array } {
    const at = this.kernels.reserve(count + slack);
    const values = Uint8Array.from({ length: count }, make);
    new Uint8Array(this.kernels.memory.buffer).set(values, at);
    return { at, values };
  }

  read(at: number, count: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, at, count).slice();
  }
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const sixteens = (size: number) => Math.ceil(size / 16) * 16;
/** Where a pixel's centre is in a line of another length, and how far it is to the next. */
function between(place: number, length: number, from: number): { near: number; next: number; far: number } {
  const at = Math.min(Math.max(((place + 0.5) * from) / length - 0.5, 0), from - 1);
  return { near: Math.floor(at), next: Math.min(Math.floor(at) + 1, from - 1), far: at - Math.floor(at) };
}

const sizes = [
  [1280, 72],
  [640, 360],
  [335, 189],
  [177, 99],
  [33, 17],
] as const;

describe.each(sizes)("planes of %i × %i", (width, height) => {
  const stride = sixteens(width);

  it("with colours side by side become two", () => {
    const bench = new Bench();
    const both = bench.bytes(stride * 2 * height);
    const [first, second] = [bench.bytes(stride * height), bench.bytes(stride * height)];
    bench.kernels.split(both.at, stride * 2, first.at, second.at, stride, height);
    expect(same(bench.read(first.at, stride * height), both.values.filter((_, at) => at % 2 === 0))).toBe(true);
    expect(same(bench.read(second.at, stride * height), both.values.filter((_, at) => at % 2 === 1))).toBe(true);
  });

  it("are halved to means of four", () => {
    const bench = new Bench();
    const { at, values } = bench.bytes(stride * height);
    const [across, down, toStride] = [half(width), half(height), sixteens(half(width))];
    const to = bench.bytes(toStride * down);
    bench.kernels.halve(at, stride, width, height, to.at, toStride);
    const made = bench.read(to.at, toStride * down);
    const wrong: string[] = [];
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const pixel = (column: number, row: number) => values[Math.min(row, height - 1) * stride + Math.min(column, width - 1)] ?? NaN;
        const [left, upper] = [x * 2, y * 2];
        const sum = pixel(left, upper) + pixel(left + 1, upper) + pixel(left, upper + 1) + pixel(left + 1, upper + 1);
        if (made[y * toStride + x] !== Math.floor((sum + 2) / 4)) wrong.push(`${x} ${y}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("become one channel of a small picture of means", () => {
    const bench = new Bench();
    const { at, values } = bench.bytes(stride * height);
    const [toWidth, toHeight] = [64, 36];
    const small = bench.bytes(toWidth * toHeight * 4);
    bench.kernels.shrink(at, stride, width, height, small.at + 1, toWidth, toHeight, bench.kernels.reserve(stride * 3 + 1024));
    const made = bench.read(small.at, toWidth * toHeight * 4);
    let furthest = 0;
    for (let y = 0; y < toHeight; y++) {
      for (let x = 0; x < toWidth; x++) {
        const [left, top] = [Math.floor((x * width) / toWidth), Math.floor((y * height) / toHeight)];
        const right = Math.max(left + 1, Math.floor(((x + 1) * width) / toWidth));
        const bottom = Math.max(top + 1, Math.floor(((y + 1) * height) / toHeight));
        let sum = 0;
        for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) sum += values[row * stride + column] ?? NaN;
        const mean = sum / ((right - left) * (bottom - top));
        furthest = Math.max(furthest, Math.abs((made[(y * toWidth + x) * 4 + 1] ?? NaN) - mean));
      }
    }
    expect(furthest).toBeLessThanOrEqual(0.501);
    // The other channels are left alone.
    const others = (of: Uint8Array) => of.filter((_, index) => index % 4 !== 1);
    expect(same(others(made), others(small.values))).toBe(true);
  });

  it("are as wide as they have to be, smoothly", () => {
    const bench = new Bench();
    const [fromWidth, fromHeight] = [256, 9];
    const { at, values } = bench.bytes(fromWidth * fromHeight);
    const to = bench.bytes(stride * fromHeight);
    bench.kernels.widen(at, fromWidth, fromHeight, to.at, width, stride, bench.kernels.reserve(stride * 3));
    const made = bench.read(to.at, stride * fromHeight);
    let furthest = 0;
    for (let y = 0; y < fromHeight; y++) {
      for (let x = 0; x < width; x++) {
        const { near, next, far } = between(x, width, fromWidth);
        const plain = (values[y * fromWidth + near] ?? NaN) * (1 - far) + (values[y * fromWidth + next] ?? NaN) * far;
        furthest = Math.max(furthest, Math.abs((made[y * stride + x] ?? NaN) - plain));
      }
    }
    // A share is rounded down to 1/256.
    expect(furthest).toBeLessThan(1.6);
  });

  it.each(["blurred", "painted"])("get a %s background behind the person, who stays as they are", (kind) => {
    const bench = new Bench();
    const rows = 36;
    const behindRows = kind === "blurred" ? rows : height;
    const plane = bench.bytes(stride * height);
    // A person with a soft edge, in rows that go from nothing to all and back.
    let place = 0;
    const mask = bench.bytes(stride * rows, () => {
      const [x, y] = [place % stride, Math.floor(place++ / stride)];
      return Math.min(255, Math.max(0, 380 - Math.hypot((x / width - 0.5) * 1500, (y / rows - 0.5) * 900) + bench.random() * 9));
    });
    const behind = bench.bytes(stride * behindRows);
    bench.kernels.blend(plane.at, stride, height, mask.at, rows, behind.at, behindRows);
    const made = bench.read(plane.at, stride * height);
    let furthest = 0;
    const seen = { person: 0, background: 0, changed: 0 };
    for (let y = 0; y < height; y++) {
      const [share, back] = [between(y, height, rows), between(y, height, behindRows)];
      for (let x = 0; x < width; x++) {
        const mix = (of: Uint8Array, { near, next, far }: typeof share) => (of[near * stride + x] ?? NaN) * (1 - far) + (of[next * stride + x] ?? NaN) * far;
        const [before, now] = [plane.values[y * stride + x] ?? NaN, made[y * stride + x] ?? NaN];
        const person = mix(mask.values, share) / 255;
        furthest = Math.max(furthest, Math.abs(now - (before * person + mix(behind.values, back) * (1 - person))));
        if (person === 1) {
          seen.person++;
          if (now !== before) seen.changed++;
        } else if (person === 0) seen.background++;
      }
    }
    expect(furthest).toBeLessThan(3);
    expect(seen.changed).toBe(0);
    expect(Math.min(seen.person, seen.background)).toBeGreaterThan(0);
  });
});

it("a small picture comes apart into planes, and shares into bytes", () => {
  const bench = new Bench();
  const count = 64 * 36;
  const pixels = bench.bytes(count * 4);
  const [a, b, c] = [bench.bytes(count), bench.bytes(count), bench.bytes(count)];
  bench.kernels.apart(pixels.at, a.at, b.at, c.at, count);
  [a, b, c].forEach(({ at }, channel) => {
    expect(same(bench.read(at, count), pixels.values.filter((_, index) => index % 4 === channel))).toBe(true);
  });
  const shares = bench.kernels.reserve(16);
  new Float32Array(bench.kernels.memory.buffer, shares, 4).set([0, 0.25, 0.999, 1]);
  bench.kernels.share(shares, a.at, 4);
  expect([...bench.read(a.at, 4)]).toEqual([0, 64, 255, 255]);
});

describe("places", () => {
  const formats: Format[] = ["I420", "I420A", "NV12", "BGRX"];

  it.each(formats)("of frames in %s do not overlap, and are enough", (format) => {
    for (const [width, height] of [...sizes, [16, 1], [18, 3], [1920, 1080]] as const) {
      const from = layoutOf(width, height);
      for (const to of [from, layoutOf(half(width), half(height))]) {
        const places = arrange(format, from, to, { width: 256, height: 144 });
        const { target, rest, painted, masks, blurred, work, bytes } = places;
        const [bright, colour] = to.planes;
        const rows = [bright.stride * 144, colour.stride * 144, colour.stride * 144];
        const copied = copyOf(places).map(({ offset, stride }, plane): [number, number] => [offset, stride * (plane % 3 === 0 ? height : half(height))]);
        const pieces: [number, number][] = [
          [0, from.bytes],
          [rest, strip * rowOfPixels(from.planes[1])],
          [painted, to.bytes],
          ...masks.map((at, plane): [number, number] => [at, rows[plane] ?? 0]),
          ...blurred.map((at, plane): [number, number] => [at, rows[plane] ?? 0]),
          [work, from.planes[0].stride * 3 + 257 * 4],
        ];
        if (to === from) expect(target).toBe(0);
        else pieces.push([target, to.bytes]);
        apart(pieces, bytes - slack);
        // What comes with a frame stands where it may.
        apart([...copied, ...pieces.filter(([at]) => at !== 0 && at !== rest)], bytes - slack);
      }
    }
  });

  function apart(pieces: [number, number][], end: number): void {
    pieces.sort(([a], [b]) => a - b);
    pieces.forEach(([at, size], index) => expect(at + size).toBeLessThanOrEqual(pieces[index + 1]?.[0] ?? end));
  }
});

/** What the network gets of pixels of four bytes. */
function coloursOf(bench: Bench, bytes: number[], numbers: Float32Array): number[] {
  const count = bytes.length / 4;
  const [pixels, matrix, output] = [bench.kernels.reserve(count * 4), bench.kernels.reserve(64), bench.kernels.reserve(count * 12)];
  new Uint8Array(bench.kernels.memory.buffer).set(bytes, pixels);
  new Float32Array(bench.kernels.memory.buffer, matrix, 16).set(numbers);
  bench.kernels.fromBytes(pixels, output, count, matrix);
  return [...new Float32Array(bench.kernels.memory.buffer, output, count * 3)];
}

describe("colours", () => {
  it("of bytes are what the matrix says, within 0 and 1", () => {
    const bench = new Bench();
    const bytes = Array.from({ length: 32 }, () => Math.floor(bench.random() * 256));
    const numbers = Float32Array.from({ length: 16 }, () => (bench.random() - 0.4) / 200);
    const made = coloursOf(bench, bytes, numbers);
    for (let at = 0; at < 24; at++) {
      const [pixel, channel] = [Math.floor(at / 3), at % 3];
      const sum = [0, 1, 2].reduce((all, from) => all + (bytes[pixel * 4 + from] ?? NaN) * (numbers[from * 4 + channel] ?? NaN), numbers[12 + channel] ?? NaN);
      expect(made[at]).toBeCloseTo(Math.min(1, Math.max(0, sum)), 5);
    }
  });

  const codings: [string, Coding][] = [
    ["BT.601", { red: 0.299, blue: 0.114, full: false }],
    ["BT.601, all 256 numbers", { red: 0.299, blue: 0.114, full: true }],
    ["BT.709", { red: 0.2126, blue: 0.0722, full: false }],
  ];
  const colours = [
    [0, 0, 0],
    [255, 255, 255],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [120, 80, 200],
  ] as const;

  it("are coded as frames say", () => {
    expect(codingOf({ matrix: "bt709", fullRange: false })).toEqual(codings[2]?.[1]);
    expect(codingOf({ matrix: "smpte170m", fullRange: true })).toEqual(codings[1]?.[1]);
    expect(codingOf({ matrix: null, fullRange: null })).toEqual(codings[0]?.[1]);
    expect(codingOf({ matrix: "rgb", fullRange: true })).toBeNull();
    expect(spaceOf("NV12", { matrix: "bt709", fullRange: true })).toEqual({ matrix: "bt709", fullRange: true });
    expect(spaceOf("BGRX", { matrix: "rgb", fullRange: true })).toEqual({ matrix: "smpte170m", fullRange: false });
  });

  it.each(codings)("of pixels become those of planes of %s, in any order and also of odd sizes", (_, coding) => {
    for (const [width, height] of [[2, 2], [33, 17], [64, 6], [177, 31]] as const) {
      for (const order of ["RGB", "BGR"] as const) {
        const bench = new Bench();
        const layout = layoutOf(width, height);
        const [bright, blue, red] = layout.planes;
        const line = rowOfPixels(blue);
        const pixels = bench.bytes(line * height);
        const to = bench.kernels.reserve(layout.bytes + slack);
        const matrix = bench.kernels.reserve(64);
        new Int32Array(bench.kernels.memory.buffer, matrix, 13).set(pixelsOf(coding, order));
        const planes = layout.planes.map(({ offset }) => to + offset);
        bench.kernels.fromPixels(pixels.at, width, height, ...planes, bright.stride, blue.stride, matrix);
        const rgba = new Uint8ClampedArray(width * height * 4);
        rgba.forEach((__, at) => {
          const [x, y, channel] = [(at >> 2) % width, Math.floor((at >> 2) / width), at & 3];
          const from = order === "BGR" && channel < 3 ? 2 - channel : channel;
          rgba[at] = pixels.values[y * line + x * 4 + from] ?? NaN;
        });
        const plain = new Uint8ClampedArray(layout.bytes);
        toPlanes(rgba, layout, coding, plain);
        const made = bench.read(to, layout.bytes);
        let furthest = 0;
        for (const { offset, stride, width: across, height: down } of [bright, blue, red]) {
          for (let at = 0; at < stride * down; at++) {
            if (at % stride < across) furthest = Math.max(furthest, Math.abs((made[offset + at] ?? NaN) - (plain[offset + at] ?? NaN)));
          }
        }
        expect(furthest).toBeLessThanOrEqual(1);
      }
    }
  });

  it("have the numbers of the standards", () => {
    const numbers = (coding: Coding | undefined, colour: readonly number[]) => {
      const bench = new Bench();
      const layout = layoutOf(16, 2);
      const pixels = bench.kernels.reserve(rowOfPixels(layout.planes[1]) * 2 + slack);
      const to = bench.kernels.reserve(layout.bytes + slack);
      const matrix = bench.kernels.reserve(64);
      for (let at = 0; at < rowOfPixels(layout.planes[1]) * 2; at += 4) new Uint8Array(bench.kernels.memory.buffer).set([...colour, 255], pixels + at);
      new Int32Array(bench.kernels.memory.buffer, matrix, 13).set(pixelsOf(coding as Coding, "RGB"));
      bench.kernels.fromPixels(pixels, 16, 2, ...layout.planes.map(({ offset }) => to + offset), 16, 16, matrix);
      return layout.planes.map(({ offset }) => bench.read(to + offset, 1)[0]);
    };
    const [old, full, high] = codings.map(([, coding]) => coding);
    // ITU-R BT.601 and BT.709: colour bars of 100 %.
    expect(numbers(old, [255, 255, 255])).toEqual([235, 128, 128]);
    expect(numbers(old, [255, 0, 0])).toEqual([81, 90, 240]);
    expect(numbers(old, [0, 0, 255])).toEqual([41, 240, 110]);
    expect(numbers(high, [255, 0, 0])).toEqual([63, 102, 240]);
    // JFIF.
    expect(numbers(full, [255, 0, 0])).toEqual([76, 85, 255]);
  });

  it.each(codings)("are the same after planes of %s, also of odd sizes", (_, coding) => {
    const layout = layoutOf(5, 3);
    for (const colour of colours) {
      const rgba = Uint8ClampedArray.from(Array.from({ length: 15 }, () => [...colour, 255]).flat());
      const to = new Uint8ClampedArray(layout.bytes);
      toPlanes(rgba, layout, coding, to);
      // The last pixel of the picture, as the network gets it.
      const last = layout.planes.map(({ offset, stride, width, height }) => to[offset + stride * (height - 1) + width - 1] ?? NaN);
      const made = coloursOf(new Bench(), [...last, 0, ...Array.from({ length: 12 }, () => 0)], matrixOf(coding)).slice(0, 3);
      made.forEach((one, channel) => expect(Math.abs(one * 255 - (colour[channel] ?? NaN))).toBeLessThan(2.1));
    }
  });
});
