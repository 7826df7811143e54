/** How devices are opened, and which of them: what follows from what somebody chose. */

/** Who takes the noise out of my voice: the browser, RNNoise, or nobody. */
export type Noise = "browser" | "rnnoise" | "off";
/** How large a picture I send: as sharp as it gets, enough for a tile, or what a thin line carries. */
export const qualities = ["hd", "standard", "saver"] as const;
export type Quality = (typeof qualities)[number];

export interface SoundChoice {
  readonly noise: Noise;
  readonly echoCancellation: boolean;
  readonly autoGain: boolean;
  /** Music as it is: nothing is done to it. */
  readonly originalSound: boolean;
}

/** Two that take out noise make a voice hollow: the browser does it only when RNNoise is not wanted, or `failed`. */
export function soundTuning(choice: SoundChoice, failed: boolean) {
  if (choice.originalSound) return { echo: false, noise: false, gain: false, stereo: true };
  const noise = choice.noise === "browser" || (choice.noise === "rnnoise" && failed);
  return { echo: choice.echoCancellation, noise, gain: choice.autoGain, stereo: false };
}

/** What a camera is asked for. Three layers need 720p (a smaller source loses one). */
const sizes = {
  hd: { width: 1280, height: 720, fps: 30 },
  standard: { width: 640, height: 360, fps: 30 },
  saver: { width: 640, height: 360, fps: 15 },
} as const;

export function pictureTuning(quality: Quality) {
  return sizes[quality];
}

/** The most lines that are sent, of any camera. */
const lines = { hd: 720, standard: 360, saver: 180 } as const;

export interface LayerTuning {
  readonly active: boolean;
  /** How many times smaller than the camera's picture it is sent. */
  readonly factor: number;
  readonly fps: number;
}

/** How a layer of so many lines is sent of a camera that gives `source` lines. */
export function layerTuning(quality: Quality, height: number, source: number): LayerTuning {
  return { active: height <= lines[quality], factor: Math.max(1, source / height), fps: sizes[quality].fps };
}

/** Whoever saves data receives no larger pictures of cameras than these. */
export const saved = { width: 320, height: 180 } as const;

interface Known {
  readonly id: string;
  readonly label: string;
}

/** The remembered device among those there are: ids change when the site's data is cleared, labels mostly do not. */
export function remembered<Device extends Known>(choice: Known | null, list: readonly Device[]): Device | undefined {
  if (!choice) return undefined;
  return (
    list.find((device) => device.id === choice.id) ??
    list.find((device) => device.label !== "" && device.label === choice.label)
  );
}
