/** Paints what is put behind people: pictures of theirs, and places of our own. */
import { cover, type Look } from "../../lib/backdrop";
import { chance, high, wide } from "./brushes";
import { places } from "./places";

type Behind = Exclude<Look, { kind: "blur" }>;

/** `readable`: its pixels are read, and it has no business on a graphics card. */
export function paintBackdrop(look: Behind, { width, height }: { width: number; height: number }, readable = false): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const pen = penOf(canvas, { willReadFrequently: readable });
  const part = cover(look.kind === "own" ? look.picture : { width: wide, height: high }, canvas);
  if (look.kind === "own") {
    pen.drawImage(look.picture, part.x, part.y, part.width, part.height, 0, 0, width, height);
    return canvas;
  }
  pen.scale(width / part.width, height / part.height);
  pen.translate(-part.x, -part.y);
  places[look.scene](pen, chance(7));
  return canvas;
}

export function penOf(canvas: OffscreenCanvas, settings?: CanvasRenderingContext2DSettings): OffscreenCanvasRenderingContext2D {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("this browser paints nothing outside of the page");
  return pen;
}
