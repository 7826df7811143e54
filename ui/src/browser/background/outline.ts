/** Where the person is: found in a small picture, whatever way the large one is painted. */
import type { Kernels, Network } from "../../lib/network";

/** How much a new outline counts beside the last one. */
const newness = 0.6;
/** How far a blur reaches, in pixels of the small picture. */
const reach = { light: 3, strong: 8 } as const;

export class Outline {
  readonly kernels: Kernels;
  readonly width: number;
  readonly height: number;
  readonly pixels: number;
  /** The small picture and its blurred background: four bytes a pixel, three of which say the colour. */
  readonly small: number;
  readonly blurred: number;
  /** How much of each pixel is of the person, as floats from 0 to 1: as it is found, and to be painted. */
  readonly mask: number;
  readonly shape: number;
  /** How often it was found. */
  found = 0;
  readonly #network: Network;
  readonly #work: number;
  #frame = 0;

  constructor(kernels: Kernels, network: Network) {
    [this.kernels, this.#network] = [kernels, network];
    const { width, height } = network;
    const pixels = width * height;
    [this.width, this.height, this.pixels] = [width, height, pixels];
    const picture = () => kernels.reserve(pixels * 4);
    [this.small, this.blurred, this.mask, this.shape] = [picture(), picture(), picture(), picture()];
    this.#work = kernels.reserve((pixels * 2 + width) * 16);
  }

  /** Another frame comes: is the person looked for in it? */
  due(every: number): boolean {
    return this.#frame++ % every === 0;
  }

  /** Looks for the person in the small picture. `matrix` says how its bytes become colours (`fromBytes`). */
  find(matrix: number): void {
    this.kernels.fromBytes(this.small, this.#network.input, this.pixels, matrix);
    this.#network.run();
    this.kernels.settle(this.#network.output, this.mask, this.pixels, newness);
    this.kernels.smooth(this.mask, this.shape, this.width, this.height, this.#work);
    this.found++;
  }

  /** Blurs what is not of the person in the small picture. */
  blur(strong: boolean): void {
    const radius = strong ? reach.strong : reach.light;
    this.kernels.blur(this.small, this.mask, this.blurred, this.#work, this.width, this.height, radius);
  }
}

/** Numbers for the kernels, which stay. */
export function placed(kernels: Kernels, numbers: Float32Array): number {
  const at = kernels.reserve(numbers.byteLength);
  new Float32Array(kernels.memory.buffer, at, numbers.length).set(numbers);
  return at;
}
