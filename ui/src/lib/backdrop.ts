/** What is put behind a person. */

/** Places of our own (browser/background/places.ts paints them). */
export const scenes = ["dawn", "meadow", "sea", "study", "dusk", "night"] as const;

export type Scene = (typeof scenes)[number];

/** As it is chosen and kept: `scene:sea`, `own:3` (an uploaded picture by its number). */
export type Backdrop = "none" | "blur" | "strong" | `scene:${Scene}` | `own:${number}`;

/** What the one who paints needs to know. */
export type Look =
  | { readonly kind: "blur"; readonly strong: boolean }
  | { readonly kind: "scene"; readonly scene: Scene }
  | { readonly kind: "own"; readonly picture: ImageBitmap };

export function isBackdrop(value: unknown): value is Backdrop {
  if (typeof value !== "string") return false;
  if (["none", "blur", "strong"].includes(value) || /^own:[1-9]\d{0,8}$/.test(value)) return true;
  return scenes.some((scene) => value === `scene:${scene}`);
}

/** The number of an uploaded picture, or null. */
export function ownNumber(backdrop: Backdrop): number | null {
  return backdrop.startsWith("own:") ? Number(backdrop.slice("own:".length)) : null;
}

/** All of a look but an uploaded picture; null for none. */
export function lookOf(backdrop: Backdrop): Look | null {
  if (backdrop === "blur" || backdrop === "strong") return { kind: "blur", strong: backdrop === "strong" };
  if (backdrop.startsWith("scene:")) return { kind: "scene", scene: backdrop.slice("scene:".length) as Scene };
  return null;
}

/** The middle part of a picture that fills a frame. */
export function cover(from: { width: number; height: number }, to: { width: number; height: number }) {
  const zoom = Math.max(to.width / from.width, to.height / from.height);
  const [width, height] = [to.width / zoom, to.height / zoom];
  return { x: (from.width - width) / 2, y: (from.height - height) / 2, width, height };
}
