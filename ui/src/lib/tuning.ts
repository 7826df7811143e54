/** How devices are opened, and which of them: what follows from what somebody chose. */

/** Who takes the noise out of my voice: the browser, RNNoise, or nobody. */
export type Noise = "browser" | "rnnoise" | "off";
/** How large a picture I send: as sharp as it gets, or what a thin line carries. */
export type Quality = "hd" | "saver";

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

/** Three layers need 720p (a smaller source loses one). */
const sizes = { hd: { width: 1280, height: 720 }, saver: { width: 640, height: 360 } } as const;

export function pictureTuning(quality: Quality) {
  return sizes[quality];
}

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
