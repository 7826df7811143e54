/**
 * The arithmetic behind hidden backgrounds, in AssemblyScript, compiled to WebAssembly with SIMD (build/kernels.ts). Pointers are
 * bytes in the one memory; pictures and tensors are rows of pixels of channels, floats unless said otherwise. Channels
 * come in fours.
 */
export * from "./outline";
export * from "./planes";

/** What a layer does to its sums: nothing, max(0, x), or x · min(max(x + 3, 0), 6) / 6. */
const relu: i32 = 1;
const hardSwish: i32 = 2;

@inline
function activate(x: v128, act: i32): v128 {
  if (act == relu) return f32x4.max(x, f32x4.splat(0));
  if (act == hardSwish) {
    const gate = f32x4.min(f32x4.max(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0)), f32x4.splat(6));
    return f32x4.mul(f32x4.mul(x, gate), f32x4.splat(1.0 / 6.0));
  }
  return x;
}

/** Room for what follows; it is never given back. */
export function reserve(bytes: i32): usize {
  return heap.alloc(bytes);
}

/**
 * Every pixel's channels times a matrix: a convolution of one pixel. `weights` has a row of `to` for each channel that comes.
 * Four pixels at a time, eight channels at a time: eight sums stay in registers.
 */
export function pointwise(input: usize, pixels: i32, from: i32, weights: usize, bias: usize, output: usize, to: i32, act: i32): void {
  let pixel = 0;
  for (; pixel + 4 <= pixels; pixel += 4) {
    const rowIn = input + ((pixel * from) << 2);
    const rowOut = output + ((pixel * to) << 2);
    let channel = 0;
    for (; channel + 8 <= to; channel += 8) eight(rowIn, from, weights, bias, rowOut, to, channel, act);
    for (; channel < to; channel += 4) {
      for (let one = 0; one < 4; one++) four(rowIn + ((one * from) << 2), from, weights, bias, rowOut + ((one * to) << 2), to, channel, act);
    }
  }
  for (; pixel < pixels; pixel++) {
    for (let channel = 0; channel < to; channel += 4) {
      four(input + ((pixel * from) << 2), from, weights, bias, output + ((pixel * to) << 2), to, channel, act);
    }
  }
}

@inline
function eight(input: usize, from: i32, weights: usize, bias: usize, output: usize, to: i32, channel: i32, act: i32): void {
  const at = channel << 2;
  const low = v128.load(bias + at);
  const high = v128.load(bias + at, 16);
  let a0 = low, a1 = high, b0 = low, b1 = high, c0 = low, c1 = high, d0 = low, d1 = high;
  let w = weights + at;
  const a = input;
  const b = a + (from << 2);
  const c = b + (from << 2);
  const d = c + (from << 2);
  for (let i = 0; i < from << 2; i += 4) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const xa = v128.load32_splat(a + i);
    const xb = v128.load32_splat(b + i);
    const xc = v128.load32_splat(c + i);
    const xd = v128.load32_splat(d + i);
    a0 = f32x4.add(a0, f32x4.mul(xa, w0));
    a1 = f32x4.add(a1, f32x4.mul(xa, w1));
    b0 = f32x4.add(b0, f32x4.mul(xb, w0));
    b1 = f32x4.add(b1, f32x4.mul(xb, w1));
    c0 = f32x4.add(c0, f32x4.mul(xc, w0));
    c1 = f32x4.add(c1, f32x4.mul(xc, w1));
    d0 = f32x4.add(d0, f32x4.mul(xd, w0));
    d1 = f32x4.add(d1, f32x4.mul(xd, w1));
    w += to << 2;
  }
  let out = output + at;
  v128.store(out, activate(a0, act));
  v128.store(out, activate(a1, act), 16);
  out += to << 2;
  v128.store(out, activate(b0, act));
  v128.store(out, activate(b1, act), 16);
  out += to << 2;
  v128.store(out, activate(c0, act));
  v128.store(out, activate(c1, act), 16);
  out += to << 2;
  v128.store(out, activate(d0, act));
  v128.store(out, activate(d1, act), 16);
}

@inline
function four(input: usize, from: i32, weights: usize, bias: usize, output: usize, to: i32, channel: i32, act: i32): void {
  const at = channel << 2;
  let sum = v128.load(bias + at);
  let w = weights + at;
  for (let i = 0; i < from << 2; i += 4) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(input + i), v128.load(w)));
    w += to << 2;
  }
  v128.store(output + at, activate(sum, act));
}

/** Lays out each output pixel's square of input pixels in a row, zeros outside of the picture: a convolution is then pointwise. */
export function unfold(input: usize, height: i32, width: i32, channels: i32, output: usize, outHeight: i32, outWidth: i32, size: i32, stride: i32, top: i32, left: i32): void {
  let to = output;
  const run = channels << 2;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const first = x * stride - left;
      const inside = first >= 0 && first + size <= width;
      for (let ky = 0; ky < size; ky++) {
        const row = y * stride - top + ky;
        if (inside && row >= 0 && row < height) {
          // Neighbours stand next to each other.
          const from = input + ((row * width + first) * channels << 2);
          for (let i = 0; i < run * size; i += 4) store<f32>(to + i, load<f32>(from + i));
          to += run * size;
          continue;
        }
        for (let kx = 0; kx < size; kx++) {
          const column = first + kx;
          if (row < 0 || row >= height || column < 0 || column >= width) memory.fill(to, 0, run);
          else memory.copy(to, input + (((row * width + column) * channels) << 2), run);
          to += run;
        }
      }
    }
  }
}

/** A convolution of each channel for itself. `weights` has a row of channels for each place of the square. */
export function depthwise(input: usize, height: i32, width: i32, channels: i32, weights: usize, bias: usize, output: usize, outHeight: i32, outWidth: i32, size: i32, stride: i32, top: i32, left: i32, act: i32): void {
  const run = channels << 2;
  let to = output;
  for (let y = 0; y < outHeight; y++) {
    const firstY = max(0, top - y * stride);
    const lastY = min(size, height - y * stride + top);
    for (let x = 0; x < outWidth; x++) {
      const firstX = max(0, left - x * stride);
      const lastX = min(size, width - x * stride + left);
      if (size == 3 && lastX - firstX == 3 && lastY - firstY == 3) {
        nine(input + ((y * stride - top) * width + (x * stride - left)) * run, width * run, run, weights, bias, to, act);
        to += run;
        continue;
      }
      for (let c = 0; c < run; c += 16) {
        let sum = v128.load(bias + c);
        for (let ky = firstY; ky < lastY; ky++) {
          const row = input + ((y * stride - top + ky) * width + (x * stride - left)) * run + c;
          const w = weights + ky * size * run + c;
          for (let kx = firstX; kx < lastX; kx++) {
            sum = f32x4.add(sum, f32x4.mul(v128.load(row + kx * run), v128.load(w + kx * run)));
          }
        }
        v128.store(to + c, activate(sum, act));
      }
      to += run;
    }
  }
}

/** One pixel of a convolution of 3 × 3 that is all inside: most are. */
@inline
function nine(input: usize, line: i32, run: i32, weights: usize, bias: usize, to: usize, act: i32): void {
  for (let c = 0; c < run; c += 16) {
    const a = input + c;
    const b = a + line;
    const d = b + line;
    const w = weights + c;
    const e = w + run * 3;
    const f = e + run * 3;
    const upper = f32x4.add(tap(a, w), f32x4.add(tap(a + run, w + run), tap(a + run * 2, w + run * 2)));
    const middle = f32x4.add(tap(b, e), f32x4.add(tap(b + run, e + run), tap(b + run * 2, e + run * 2)));
    const lower = f32x4.add(tap(d, f), f32x4.add(tap(d + run, f + run), tap(d + run * 2, f + run * 2)));
    v128.store(to + c, activate(f32x4.add(f32x4.add(v128.load(bias + c), upper), f32x4.add(middle, lower)), act));
  }
}

@inline
function tap(at: usize, weight: usize): v128 {
  return f32x4.mul(v128.load(at), v128.load(weight));
}

export function add(a: usize, b: usize, output: usize, count: i32, act: i32): void {
  for (let i = 0; i < count << 2; i += 16) v128.store(output + i, activate(f32x4.add(v128.load(a + i), v128.load(b + i)), act));
}

/** Every pixel times one value per channel. */
export function scale(input: usize, factors: usize, output: usize, pixels: i32, channels: i32, act: i32): void {
  const run = channels << 2;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < run; c += 16) {
      const at = pixel * run + c;
      v128.store(output + at, activate(f32x4.mul(v128.load(input + at), v128.load(factors + c)), act));
    }
  }
}

export function activation(input: usize, output: usize, count: i32, act: i32): void {
  for (let i = 0; i < count << 2; i += 16) v128.store(output + i, activate(v128.load(input + i), act));
}

export function logistic(input: usize, output: usize, count: i32): void {
  for (let i = 0; i < count << 2; i += 4) store<f32>(output + i, 1 / (1 + NativeMathf.exp(-load<f32>(input + i))));
}

/** Each channel's mean over the picture. */
export function mean(input: usize, output: usize, pixels: i32, channels: i32): void {
  const run = channels << 2;
  const share = f32x4.splat(1 / <f32>pixels);
  for (let c = 0; c < run; c += 16) {
    let sum = f32x4.splat(0);
    for (let at = input + c, end = input + pixels * run; at < end; at += run) sum = f32x4.add(sum, v128.load(at));
    v128.store(output + c, f32x4.mul(sum, share));
  }
}

/** Twice the size, smoothly; pixels stand for their centres. */
export function double(input: usize, height: i32, width: i32, channels: i32, output: usize): void {
  const run = channels << 2;
  let to = output;
  for (let y = 0; y < height * 2; y++) {
    const near = y >> 1;
    const far = min(max((y & 1) ? near + 1 : near - 1, 0), height - 1);
    for (let x = 0; x < width * 2; x++) {
      const beside = x >> 1;
      const beyond = min(max((x & 1) ? beside + 1 : beside - 1, 0), width - 1);
      const a = input + (near * width + beside) * run;
      const b = input + (near * width + beyond) * run;
      const c = input + (far * width + beside) * run;
      const d = input + (far * width + beyond) * run;
      for (let i = 0; i < run; i += 16) {
        const upper = f32x4.add(f32x4.mul(v128.load(a + i), f32x4.splat(0.75)), f32x4.mul(v128.load(b + i), f32x4.splat(0.25)));
        const lower = f32x4.add(f32x4.mul(v128.load(c + i), f32x4.splat(0.75)), f32x4.mul(v128.load(d + i), f32x4.splat(0.25)));
        v128.store(to + i, f32x4.add(f32x4.mul(upper, f32x4.splat(0.75)), f32x4.mul(lower, f32x4.splat(0.25))));
      }
      to += run;
    }
  }
}

/** Each pixel becomes a square of 2 × 2 of one channel. `weights` has a row of channels for each of the four. */
export function spread(input: usize, height: i32, width: i32, channels: i32, weights: usize, bias: usize, output: usize): void {
  const run = channels << 2;
  const first = load<f32>(bias);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = input + (y * width + x) * run;
      for (let corner = 0; corner < 4; corner++) {
        let sum = f32x4.splat(0);
        for (let c = 0; c < run; c += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(pixel + c), v128.load(weights + corner * run + c)));
        const total = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
        store<f32>(output + (((y * 2 + (corner >> 1)) * width * 2 + x * 2 + (corner & 1)) << 2), first + total);
      }
    }
  }
}
