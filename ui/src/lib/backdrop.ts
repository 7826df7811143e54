/** What is put behind a person. */

/** Places of our own, painted from a few colours: from the top down, and a light somewhere. */
export const scenes = {
  dawn: { colours: ["#f6d9c4", "#d9a9a0", "#7c7f9e"], light: ["#fff3dc", 0.72, 0.3] },
  meadow: { colours: ["#cfe3d2", "#8fb79a", "#4d7a62"], light: ["#f4f7dc", 0.25, 0.2] },
  sea: { colours: ["#d5e6ef", "#8fb8cc", "#3f6f8c"], light: ["#ffffff", 0.3, 0.25] },
  study: { colours: ["#b89d84", "#8a6e5a", "#55443a"], light: ["#ffe2b0", 0.78, 0.35] },
  dusk: { colours: ["#3d3a5c", "#5f4a6e", "#2a2438"], light: ["#d98f8f", 0.5, 0.75] },
  night: { colours: ["#1b2432", "#141a24", "#0c1017"], light: ["#3f6f8c", 0.7, 0.25] },
} as const satisfies Record<string, { colours: readonly string[]; light: readonly [string, number, number] }>;

export type Scene = keyof typeof scenes;

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
  return value.startsWith("scene:") && Object.hasOwn(scenes, value.slice("scene:".length));
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

/** A scene in CSS, for choosing it. */
export function sceneInCss(scene: Scene): string {
  const { colours, light } = scenes[scene];
  const [colour, x, y] = light;
  return `radial-gradient(circle at ${x * 100}% ${y * 100}%, ${colour}, transparent 55%), linear-gradient(${colours.join(", ")})`;
}

/** The middle part of a picture that fills a frame. */
export function cover(from: { width: number; height: number }, to: { width: number; height: number }) {
  const zoom = Math.max(to.width / from.width, to.height / from.height);
  const [width, height] = [to.width / zoom, to.height / zoom];
  return { x: (from.width - width) / 2, y: (from.height - height) / 2, width, height };
}
