/**
 * The arithmetic of pictures as cameras give them: a plane of brightness and two smaller ones of colour, a byte each.
 * Rows of planes begin `stride` bytes apart, a multiple of 16, and all of a row is worked on: what stands behind its
 * end is nobody's. Shares of a neighbour are in 1/256, those of the person in 1/255.
 */

/** `a`, and so much of `b` as `far` says in each lane; `near` is the rest of 256. */
@inline
function mix(a: v128, b: v128, nearLow: v128, nearHigh: v128, farLow: v128, farHigh: v128): v128 {
  const half = i16x8.splat(128);
  const low = i16x8.add(i16x8.mul(i16x8.extend_low_i8x16_u(a), nearLow), i16x8.mul(i16x8.extend_low_i8x16_u(b), farLow));
  const high = i16x8.add(i16x8.mul(i16x8.extend_high_i8x16_u(a), nearHigh), i16x8.mul(i16x8.extend_high_i8x16_u(b), farHigh));
  return i8x16.narrow_i16x8_u(i16x8.shr_u(i16x8.add(low, half), 8), i16x8.shr_u(i16x8.add(high, half), 8));
}

/** a · share / 255, to the nearest. */
@inline
function part(product: v128): v128 {
  const t = i16x8.add(product, i16x8.splat(128));
  return i16x8.shr_u(i16x8.add(t, i16x8.shr_u(t, 8)), 8);
}

/** Planes whose colours stand side by side (NV12) become two. */
export function split(both: usize, bothStride: i32, first: usize, second: usize, stride: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    const row = both + y * bothStride;
    for (let x = 0; x < stride; x += 16) {
      const a = v128.load(row + x * 2);
      const b = v128.load(row + x * 2, 16);
      v128.store(first + y * stride + x, v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));
      v128.store(second + y * stride + x, v128.shuffle<u8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
    }
  }
}

/**
 * Pixels of red, green, blue and something, in this order or another, become planes. Rows of pixels have room for two of
 * them for each byte of a row of colour. `matrix` has three rows of eight shares in 1/16384: those of a pixel's four
 * bytes, twice; and what is added to brightness.
 */
export function fromPixels(pixels: usize, width: i32, height: i32, bright: usize, blue: usize, red: usize, stride: i32, narrow: i32, matrix: usize): void {
  const line = narrow << 3;
  const brightRow = v128.load(matrix);
  const blueRow = v128.load(matrix, 16);
  const redRow = v128.load(matrix, 32);
  const black = i32x4.splat((load<i32>(matrix, 48) << 14) + (1 << 13));
  // Of four pixels together, so that all is four times as much.
  const grey = i32x4.splat((128 << 16) + (1 << 15));
  for (let y = 0; y < height; y++) {
    const row = pixels + y * line;
    // The last column of an odd width has nobody beside it.
    if (width & 1) store<u32>(row + (width << 2), load<u32>(row + (width << 2) - 4));
    for (let x = 0; x < stride; x += 16) {
      const at = row + (x << 2);
      const low = i16x8.narrow_i32x4_s(light(at, brightRow, black), light(at + 16, brightRow, black));
      const high = i16x8.narrow_i32x4_s(light(at + 32, brightRow, black), light(at + 48, brightRow, black));
      v128.store(bright + y * stride + x, i8x16.narrow_i16x8_u(low, high));
    }
  }
  for (let y = 0; y < (height + 1) >> 1; y++) {
    const upper = pixels + y * 2 * line;
    const lower = pixels + min(y * 2 + 1, height - 1) * line;
    for (let x = 0; x < narrow; x += 8) {
      const a = pairs(upper + (x << 3), lower + (x << 3));
      const b = pairs(upper + (x << 3) + 16, lower + (x << 3) + 16);
      const c = pairs(upper + (x << 3) + 32, lower + (x << 3) + 32);
      const d = pairs(upper + (x << 3) + 48, lower + (x << 3) + 48);
      const at = y * narrow + x;
      const zero = i16x8.splat(0);
      const blues = i16x8.narrow_i32x4_s(i32x4.shr_s(dots(a, b, blueRow, grey), 16), i32x4.shr_s(dots(c, d, blueRow, grey), 16));
      const reds = i16x8.narrow_i32x4_s(i32x4.shr_s(dots(a, b, redRow, grey), 16), i32x4.shr_s(dots(c, d, redRow, grey), 16));
      v128.store64_lane(blue + at, i8x16.narrow_i16x8_u(blues, zero), 0);
      v128.store64_lane(red + at, i8x16.narrow_i16x8_u(reds, zero), 0);
    }
  }
}

/** The brightness of four pixels. */
@inline
function light(at: usize, row: v128, black: v128): v128 {
  const bytes = v128.load(at);
  return i32x4.shr_s(dots(i16x8.extend_low_i8x16_u(bytes), i16x8.extend_high_i8x16_u(bytes), row, black), 14);
}

/** The sums of two squares of four pixels, in two rows. */
@inline
function pairs(upper: usize, lower: usize): v128 {
  const a = v128.load(upper);
  const b = v128.load(lower);
  const low = i16x8.add(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b));
  const high = i16x8.add(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b));
  return i16x8.add(v128.shuffle<i64>(low, high, 0, 2), v128.shuffle<i64>(low, high, 1, 3));
}

/** Four pixels, two in each of `a` and `b`, times a row of the matrix. */
@inline
function dots(a: v128, b: v128, row: v128, more: v128): v128 {
  const low = i32x4.dot_i16x8_s(a, row);
  const high = i32x4.dot_i16x8_s(b, row);
  return i32x4.add(i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7)), more);
}

/** Half the size, rounded up: each byte becomes the mean of four. */
export function halve(from: usize, stride: i32, width: i32, height: i32, to: usize, toStride: i32): void {
  for (let y = 0; y < (height + 1) >> 1; y++) {
    const upper = from + y * 2 * stride;
    const lower = from + min(y * 2 + 1, height - 1) * stride;
    // The last column of an odd width has nobody beside it.
    if (width & 1) {
      store<u8>(upper + width, load<u8>(upper + width - 1));
      store<u8>(lower + width, load<u8>(lower + width - 1));
    }
    for (let x = 0; x < toStride; x += 16) {
      // The other half of the last block may be another row's.
      const beyond = x * 2 + 16 < stride ? 16 : 0;
      const low = fours(v128.load(upper + x * 2), v128.load(lower + x * 2));
      const high = fours(v128.load(upper + x * 2 + beyond), v128.load(lower + x * 2 + beyond));
      v128.store(to + y * toStride + x, i8x16.narrow_i16x8_u(low, high));
    }
  }
}

@inline
function fours(upper: v128, lower: v128): v128 {
  const sums = i16x8.add(i16x8.extadd_pairwise_i8x16_u(upper), i16x8.extadd_pairwise_i8x16_u(lower));
  return i16x8.shr_u(i16x8.add(sums, i16x8.splat(2)), 2);
}

/**
 * A plane as one of the channels of a small picture with four bytes a pixel: each is the mean of all the bytes that it
 * stands for. `work` has room for a row of the plane and one of the small picture, two and four bytes each.
 */
export function shrink(from: usize, stride: i32, width: i32, height: i32, to: usize, toWidth: i32, toHeight: i32, work: usize): void {
  const edges = work + stride * 2;
  for (let x = 0; x <= toWidth; x++) store<i32>(edges + (x << 2), (x * width) / toWidth);
  const fewest = max(1, width / toWidth);
  for (let y = 0; y < toHeight; y++) {
    const top = (y * height) / toHeight;
    const bottom = max(top + 1, ((y + 1) * height) / toHeight);
    for (let x = 0; x < stride; x += 16) {
      let low = i16x8.splat(0);
      let high = i16x8.splat(0);
      for (let at = from + top * stride + x, end = from + bottom * stride; at < end; at += stride) {
        const bytes = v128.load(at);
        low = i16x8.add(low, i16x8.extend_low_i8x16_u(bytes));
        high = i16x8.add(high, i16x8.extend_high_i8x16_u(bytes));
      }
      v128.store(work + x * 2, low);
      v128.store(work + x * 2, high, 16);
    }
    const few: f32 = 1 / <f32>((bottom - top) * fewest);
    const many: f32 = 1 / <f32>((bottom - top) * (fewest + 1));
    let left = 0;
    for (let x = 0; x < toWidth; x++) {
      const next = load<i32>(edges + (x << 2), 4);
      const right = max(left + 1, next);
      let sum = 0;
      for (let column = left; column < right; column++) sum += load<u16>(work + column * 2);
      store<u8>(to + ((y * toWidth + x) << 2), <u8>(<f32>sum * (right - left == fewest ? few : many) + 0.5));
      left = next;
    }
  }
}

/** Three channels of a small picture with four bytes a pixel become planes. Pixels come in sixteens. */
export function apart(pixels: usize, first: usize, second: usize, third: usize, count: i32): void {
  for (let at = 0; at < count; at += 16) {
    const from = pixels + (at << 2);
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    v128.store(first + at, channel(a, b, c, d, 0));
    v128.store(second + at, channel(a, b, c, d, 8));
    v128.store(third + at, channel(a, b, c, d, 16));
  }
}

@inline
function channel(a: v128, b: v128, c: v128, d: v128, bits: i32): v128 {
  const byte = i32x4.splat(255);
  const ab = i16x8.narrow_i32x4_u(v128.and(i32x4.shr_u(a, bits), byte), v128.and(i32x4.shr_u(b, bits), byte));
  const cd = i16x8.narrow_i32x4_u(v128.and(i32x4.shr_u(c, bits), byte), v128.and(i32x4.shr_u(d, bits), byte));
  return i8x16.narrow_i16x8_u(ab, cd);
}

/** How much of each pixel is of the person, as bytes. */
export function share(mask: usize, to: usize, pixels: i32): void {
  for (let pixel = 0; pixel < pixels; pixel++) store<u8>(to + pixel, <u8>(load<f32>(mask + (pixel << 2)) * 255 + 0.5));
}

/**
 * Stretches the rows of a small plane, smoothly; pixels stand for their centres. At most 256 pixels wide, with 16 bytes
 * to spare behind it. `work` has room for three bytes for each byte of a stretched row.
 */
export function widen(from: usize, width: i32, height: i32, to: usize, toWidth: i32, toStride: i32, work: usize): void {
  // For each sixteen pixels: where the first of them begins; how far from there each begins; and its share of the next.
  for (let x = 0; x < toStride; x++) {
    const place = work + (x >> 4) * 48;
    const at = min(max((((2 * x + 1) * width) << 7) / toWidth - 128, 0), (width - 1) << 8);
    if ((x & 15) == 0) store<i32>(place, at >> 8);
    store<u8>(place + (x & 15), <u8>((at >> 8) - load<i32>(place)), 16);
    store<u8>(place + (x & 15), <u8>at, 32);
  }
  for (let y = 0; y < height; y++) {
    const row = from + y * width;
    for (let x = 0; x < toStride; x += 16) {
      const place = work + x * 3;
      const start = row + load<i32>(place);
      const out = to + y * toStride + x;
      if (load<u8>(place, 31) < 15) {
        const bytes = v128.load(start);
        const first = v128.load(place, 16);
        const far = v128.load(place, 32);
        const farLow = i16x8.extend_low_i8x16_u(far);
        const farHigh = i16x8.extend_high_i8x16_u(far);
        const all = i16x8.splat(256);
        const a = i8x16.swizzle(bytes, first);
        const b = i8x16.swizzle(bytes, i8x16.add(first, i8x16.splat(1)));
        v128.store(out, mix(a, b, i16x8.sub(all, farLow), i16x8.sub(all, farHigh), farLow, farHigh));
      } else {
        for (let one = 0; one < 16; one++) {
          const at = start + load<u8>(place + one, 16);
          const far = <i32>load<u8>(place + one, 32);
          store<u8>(out + one, <u8>((<i32>load<u8>(at) * (256 - far) + <i32>load<u8>(at, 1) * far + 128) >> 8));
        }
      }
    }
  }
}

/**
 * Puts a background behind the person of a plane, in place. The mask and the background have rows as long as the
 * plane's; what has fewer of them is stretched, smoothly.
 */
export function blend(plane: usize, stride: i32, height: i32, mask: usize, maskHeight: i32, background: usize, backgroundHeight: i32): void {
  const none = i8x16.splat(0);
  const full = i8x16.splat(-1);
  const last = (maskHeight - 1) << 8;
  const backgroundLast = (backgroundHeight - 1) << 8;
  for (let y = 0; y < height; y++) {
    const at = min(max((((2 * y + 1) * maskHeight) << 7) / height - 128, 0), last);
    const upper = mask + (at >> 8) * stride;
    const lower = mask + (min(at + 255, last) >> 8) * stride;
    const far = i16x8.splat(<i16>(at & 255));
    const near = i16x8.splat(<i16>(256 - (at & 255)));
    const behind = min(max((((2 * y + 1) * backgroundHeight) << 7) / height - 128, 0), backgroundLast);
    const behindUpper = background + (behind >> 8) * stride;
    const behindLower = background + (min(behind + 255, backgroundLast) >> 8) * stride;
    const behindFar = i16x8.splat(<i16>(behind & 255));
    const behindNear = i16x8.splat(<i16>(256 - (behind & 255)));
    const between = (behind & 255) != 0;
    const row = plane + y * stride;
    for (let x = 0; x < stride; x += 16) {
      const a = v128.load(upper + x);
      const b = v128.load(lower + x);
      // All of it is the person: it stays as it is.
      if (i8x16.all_true(i8x16.eq(v128.and(a, b), full))) continue;
      let back = v128.load(behindUpper + x);
      if (between) back = mix(back, v128.load(behindLower + x), behindNear, behindNear, behindFar, behindFar);
      if (v128.any_true(v128.or(a, b))) {
        const share = mix(a, b, near, near, far, far);
        const rest = v128.xor(share, full);
        const front = v128.load(row + x);
        const low = i16x8.add(i16x8.extmul_low_i8x16_u(front, share), i16x8.extmul_low_i8x16_u(back, rest));
        const high = i16x8.add(i16x8.extmul_high_i8x16_u(front, share), i16x8.extmul_high_i8x16_u(back, rest));
        back = i8x16.narrow_i16x8_u(part(low), part(high));
      }
      v128.store(row + x, back);
    }
  }
}
