/** What places are painted with (places.ts): shades, light, hills, plants, books, and all of it out of focus. */

export type Pen = OffscreenCanvasRenderingContext2D;
export type Colour = string;
export type Chance = () => number;

export const [wide, high] = [1600, 900];

/** The same each time: 0 ≤ x < 1 (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shade(pen: Pen, colours: readonly Colour[], from = 0, to = high): CanvasGradient {
  const all = pen.createLinearGradient(0, from, 0, to);
  colours.forEach((colour, at) => all.addColorStop(at / (colours.length - 1), colour));
  return all;
}

export function box(pen: Pen, fill: Colour | CanvasGradient, x: number, y: number, width: number, height: number): void {
  pen.fillStyle = fill;
  pen.fillRect(x, y, width, height);
}

/** Light from a place, which ends a radius away. `colour` is #rrggbb. */
export function glow(pen: Pen, colour: Colour, x: number, y: number, radius: number, strength = 1): void {
  const all = pen.createRadialGradient(x, y, 0, x, y, radius);
  for (const [at, share] of [[0, 1], [0.35, 0.5], [0.7, 0.12], [1, 0]] as const) {
    all.addColorStop(at, colour + Math.round(255 * share * strength).toString(16).padStart(2, "0"));
  }
  box(pen, all, x - radius, y - radius, radius * 2, radius * 2);
}

export function disc(pen: Pen, fill: Colour, x: number, y: number, radius: number, squashed = 1): void {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.ellipse(x, y, radius, radius * squashed, 0, 0, 7);
  pen.fill();
}

/** What is painted is out of focus by so many pixels, where the browser can; sharp elsewhere. */
export function soft(pen: Pen, pixels: number, paint: (pen: Pen) => void): void {
  const { a: zoom } = pen.getTransform();
  // Beyond the edges, too: nothing would be mixed into them otherwise.
  const margin = Math.ceil(pixels * zoom * 3);
  const layer = new OffscreenCanvas(pen.canvas.width + margin * 2, pen.canvas.height + margin * 2);
  const inner = layer.getContext("2d");
  if (!inner) return;
  inner.translate(margin, margin);
  inner.transform(...transformOf(pen));
  paint(inner);
  pen.save();
  pen.filter = `blur(${(pixels * zoom).toFixed(2)}px)`;
  pen.resetTransform();
  pen.drawImage(layer, -margin, -margin);
  pen.restore();
}

function transformOf(pen: Pen): [number, number, number, number, number, number] {
  const { a, b, c, d, e, f } = pen.getTransform();
  return [a, b, c, d, e, f];
}

/** Everything below a line of hills: waves of three lengths. */
export function hills(pen: Pen, fill: Colour | CanvasGradient, level: number, height: number, rough: number, random: Chance): void {
  const waves = [1, 2.7, 6.1, 13.3, 29].map((often, at) => ({ often, high: at === 0 ? 1 : rough ** at, from: random() * 7 }));
  pen.fillStyle = fill;
  pen.beginPath();
  pen.moveTo(-120, high + 120);
  for (let x = -120; x <= wide + 120; x += 8) {
    const y = waves.reduce((sum, wave) => sum + wave.high * Math.sin((x / wide) * 5 * wave.often + wave.from), 0);
    pen.lineTo(x, level - height * y);
  }
  pen.lineTo(wide + 120, high + 120);
  pen.fill();
}

/** Leaves on stalks out of one place: a plant in a pot. */
export function plant(pen: Pen, x: number, y: number, size: number, colours: readonly Colour[], random: Chance): void {
  for (let leaf = 0; leaf < 15; leaf++) {
    const lean = (leaf / 14 - 0.5) * 2.5 + (random() - 0.5) * 0.35;
    const long = size * (0.65 + random() * 0.5) * (1 - Math.abs(lean) * 0.22);
    pen.save();
    pen.translate(x, y);
    pen.rotate(lean);
    pen.fillStyle = colours[leaf % colours.length] ?? "";
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.bezierCurveTo(-long * 0.2, -long * 0.45, -long * 0.11, -long * 0.85, long * 0.04, -long);
    pen.bezierCurveTo(long * 0.16, -long * 0.8, long * 0.17, -long * 0.4, 0, 0);
    pen.fill();
    pen.restore();
  }
}

export function pot(pen: Pen, fill: Colour | CanvasGradient, x: number, y: number, width: number, height: number): void {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.moveTo(x - width / 2, y);
  pen.lineTo(x + width / 2, y);
  pen.lineTo(x + width * 0.38, y + height);
  pen.lineTo(x - width * 0.38, y + height);
  pen.fill();
}

/** Books of a shelf, side by side, some of them leaning, with a gap now and then. */
export function books(pen: Pen, from: number, to: number, floor: number, tall: number, random: Chance): void {
  const colours = ["#8c5a3f", "#3e5561", "#c2a878", "#6d3b35", "#55644c", "#d9cbb0", "#2f3a45", "#a07a45"];
  for (let x = from; x < to; ) {
    if (random() < 0.09) {
      x += 30 + random() * 60;
      continue;
    }
    const width = 13 + random() * 19;
    const height = tall * (0.62 + random() * 0.33);
    if (x + width > to) return;
    pen.save();
    pen.translate(x, floor);
    if (random() < 0.05) pen.rotate(0.12);
    box(pen, colours[Math.floor(random() * colours.length)] ?? "", 0, -height, width - 1.5, height);
    box(pen, "#ffffff20", 1, -height, width * 0.22, height);
    box(pen, "#00000030", width * 0.7, -height, width * 0.3, height);
    if (random() < 0.5) box(pen, "#e9d9b066", 0, -height * 0.82, width - 1.5, 5);
    pen.restore();
    x += width;
  }
}
