/**
 * The arithmetic around the network: colours into it, the person's outline out of it, and what is behind them blurred. All
 * in small pictures: floats, or pixels of four bytes.
 */

/**
 * Red, green and blue as floats from 0 to 1, of pixels in four bytes whose first three say a colour in some way. `matrix`
 * has a row of four floats for each of those bytes, and one that is added. Pixels come in fours.
 */
export function fromBytes(bytes: usize, output: usize, pixels: i32, matrix: usize): void {
  for (let pixel = 0; pixel < pixels; pixel += 4) {
    const four = v128.load(bytes + (pixel << 2));
    const red = colour(four, matrix);
    const green = colour(four, matrix + 4);
    const blue = colour(four, matrix + 8);
    // From a colour of four pixels to the colours of each.
    const to = output + pixel * 12;
    const mixed = v128.shuffle<f32>(red, green, 0, 4, 1, 5);
    const rest = v128.shuffle<f32>(red, green, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(mixed, blue, 0, 1, 4, 2));
    v128.store(to, v128.shuffle<f32>(v128.shuffle<f32>(mixed, blue, 3, 5, 3, 5), rest, 0, 1, 4, 5), 16);
    v128.store(to, v128.shuffle<f32>(rest, blue, 6, 2, 3, 7), 32);
  }
}

/** One colour of four pixels: a column of the matrix. */
@inline
function colour(four: v128, matrix: usize): v128 {
  const byte = i32x4.splat(255);
  const first = f32x4.mul(f32x4.convert_i32x4_s(v128.and(four, byte)), v128.load32_splat(matrix));
  const second = f32x4.mul(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(four, 8), byte)), v128.load32_splat(matrix, 16));
  const third = f32x4.mul(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(four, 16), byte)), v128.load32_splat(matrix, 32));
  const sum = f32x4.add(f32x4.add(first, second), f32x4.add(third, v128.load32_splat(matrix, 48)));
  return f32x4.min(f32x4.max(sum, f32x4.splat(0)), f32x4.splat(1));
}

/**
 * How much of each pixel is of the person: what the model says, with hard edges made softer and doubt taken out, mixed
 * with what it said before, so that edges do not flicker.
 */
export function settle(said: usize, mask: usize, pixels: i32, newness: f32): void {
  for (let i = 0; i < pixels << 2; i += 4) {
    const x = min<f32>(max<f32>((load<f32>(said + i) - 0.25) / 0.5, 0), 1);
    const sure = x * x * (3 - 2 * x);
    store<f32>(mask + i, load<f32>(mask + i) + newness * (sure - load<f32>(mask + i)));
  }
}

/**
 * An outline without the steps of the small picture's pixels: each becomes a quarter of its neighbours, across and down.
 * `work` has room for a row and two more; rows come in fours.
 */
export function smooth(mask: usize, to: usize, width: i32, height: i32, work: usize): void {
  const line = width << 2;
  const quarter = f32x4.splat(0.25);
  for (let y = 0; y < height; y++) {
    const row = mask + y * line;
    const upper = y > 0 ? row - line : row;
    const lower = y < height - 1 ? row + line : row;
    for (let i = 0; i < line; i += 16) v128.store(work + 4 + i, tent(v128.load(upper + i), v128.load(row + i), v128.load(lower + i), quarter));
    store<f32>(work, load<f32>(work, 4));
    store<f32>(work + 4 + line, load<f32>(work + line));
    for (let i = 0; i < line; i += 16) {
      v128.store(to + y * line + i, tent(v128.load(work + i), v128.load(work + 4 + i), v128.load(work + 8 + i), quarter));
    }
  }
}

@inline
function tent(before: v128, here: v128, after: v128, quarter: v128): v128 {
  return f32x4.mul(f32x4.add(f32x4.add(before, after), f32x4.add(here, here)), quarter);
}

/** What is of the person as the alpha of a black picture in bytes. */
export function alpha(mask: usize, rgba: usize, pixels: i32): void {
  for (let i = 0; i < pixels << 2; i += 4) store<u32>(rgba + i, <u32>(load<f32>(mask + i) * 255 + 0.5) << 24);
}

/**
 * The background out of focus, in pixels of four bytes whose first three say a colour in any way: each becomes the mean
 * of those around it, weighted by how little of them is the person, who would shine through as a halo otherwise. `work`
 * has room for two pictures and a row of floats in fours.
 */
export function blur(rgba: usize, mask: usize, output: usize, work: usize, width: i32, height: i32, radius: i32): void {
  const other = work + ((width * height) << 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const bytes = load<u32>(rgba + (pixel << 2));
    // A little weight even for the person: there may be no background near.
    const weight: f32 = 1.002 - load<f32>(mask + (pixel << 2));
    const colour = f32x4(<f32>(bytes & 255), <f32>((bytes >> 8) & 255), <f32>((bytes >> 16) & 255), 1);
    v128.store(work + (pixel << 4), f32x4.mul(colour, f32x4.splat(weight)));
  }
  // Two means after each other look like a lens and not like a box.
  for (let pass = 0; pass < 2; pass++) {
    across(work, other, width, height, radius);
    down(other, work, other + ((width * height) << 4), width << 4, height, radius);
  }
  for (let pixel = 0; pixel < width * height; pixel++) {
    const sum = v128.load(work + (pixel << 4));
    const share = f32x4.div(sum, f32x4.splat(f32x4.extract_lane(sum, 3)));
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.add(share, f32x4.splat(0.5)));
    const bytes = i32x4.extract_lane(whole, 0) | (i32x4.extract_lane(whole, 1) << 8) | (i32x4.extract_lane(whole, 2) << 16);
    store<u32>(output + (pixel << 2), <u32>bytes | 0xff000000);
  }
}

/** The sums of a window that slides along each row and ends where the row ends. Four rows at a time (there are that many): no sum waits for another. */
function across(from: usize, to: usize, width: i32, height: i32, radius: i32): void {
  const line = width << 4;
  const reach = radius << 4;
  for (let y = 0; y < height; y += 4) {
    // Of a height that is no multiple of four, the last rows are done again.
    const a = from + min(y, height - 4) * line;
    const out = to + (a - from);
    let first = f32x4.splat(0), second = first, third = first, fourth = first;
    for (let i = 0; i < line + reach; i += 16) {
      if (i < line) {
        first = f32x4.add(first, v128.load(a + i));
        second = f32x4.add(second, v128.load(a + line + i));
        third = f32x4.add(third, v128.load(a + line * 2 + i));
        fourth = f32x4.add(fourth, v128.load(a + line * 3 + i));
      }
      const gone = i - reach * 2 - 16;
      if (gone >= 0) {
        first = f32x4.sub(first, v128.load(a + gone));
        second = f32x4.sub(second, v128.load(a + line + gone));
        third = f32x4.sub(third, v128.load(a + line * 2 + gone));
        fourth = f32x4.sub(fourth, v128.load(a + line * 3 + gone));
      }
      const x = i - reach;
      if (x >= 0) {
        v128.store(out + x, first);
        v128.store(out + line + x, second);
        v128.store(out + line * 2 + x, third);
        v128.store(out + line * 3 + x, fourth);
      }
    }
  }
}

/** The same down each column, a row of them at a time. `sums` has room for a row, `line` is the length of one in bytes. */
function down(from: usize, to: usize, sums: usize, line: i32, height: i32, radius: i32): void {
  memory.fill(sums, 0, line);
  for (let y = 0; y < height + radius; y++) {
    const come = y < height;
    const row = from + y * line;
    const gone = y - radius * 2 - 1;
    const old = from + gone * line;
    const into = y - radius;
    const out = to + into * line;
    for (let i = 0; i < line; i += 16) {
      let sum = v128.load(sums + i);
      if (come) sum = f32x4.add(sum, v128.load(row + i));
      if (gone >= 0) sum = f32x4.sub(sum, v128.load(old + i));
      v128.store(sums + i, sum);
      if (into >= 0) v128.store(out + i, sum);
    }
  }
}
