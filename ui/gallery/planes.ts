/** Colours in planes as the standards write it, without any cleverness: what is measured against. */

interface Plane {
  readonly offset: number;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** Red, green, blue and something of each pixel become planes. `red` and `blue` are their parts of brightness. */
export function toPlanes(
  rgba: Uint8ClampedArray,
  { width, height, planes }: { width: number; height: number; planes: readonly [Plane, Plane, Plane] },
  { red, blue, full }: { red: number; blue: number; full: boolean },
  to: Uint8ClampedArray,
): void {
  const [bright, blues, reds] = planes;
  const [black, light, colour] = full ? [0, 1, 1] : [16, 219 / 255, 224 / 255];
  const brightness = ([r = 0, g = 0, b = 0]: readonly number[]) => red * r + (1 - red - blue) * g + blue * b;
  const pixel = (x: number, y: number) => [0, 1, 2].map((channel) => rgba[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 4 + channel] ?? 0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) to[y * bright.stride + x] = black + light * brightness(pixel(x, y));
  }
  for (let y = 0; y < blues.height; y++) {
    for (let x = 0; x < blues.width; x++) {
      const four = [pixel(x * 2, y * 2), pixel(x * 2 + 1, y * 2), pixel(x * 2, y * 2 + 1), pixel(x * 2 + 1, y * 2 + 1)];
      const mean = [0, 1, 2].map((channel) => four.reduce((sum, one) => sum + (one[channel] ?? 0), 0) / 4);
      const [r = 0, , b = 0] = mean;
      to[blues.offset + y * blues.stride + x] = 128 + (colour * (b - brightness(mean))) / (2 * (1 - blue));
      to[reds.offset + y * reds.stride + x] = 128 + (colour * (r - brightness(mean))) / (2 * (1 - red));
    }
  }
}
