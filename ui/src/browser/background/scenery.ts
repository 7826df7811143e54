/** Paints what is put behind people: pictures of theirs, and places of our own. */
import { cover, scenes, type Look } from "../../lib/backdrop";

type Behind = Exclude<Look, { kind: "blur" }>;

/** `readable`: its pixels are read, and it has no business on a graphics card. */
export function paintBackdrop(look: Behind, { width, height }: { width: number; height: number }, readable = false): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const pen = penOf(canvas, { willReadFrequently: readable });
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

export function penOf(canvas: OffscreenCanvas, settings?: CanvasRenderingContext2DSettings): OffscreenCanvasRenderingContext2D {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("this browser paints nothing outside of the page");
  return pen;
}
