import { beforeAll, expect, it, vi } from "vitest";
import { compile } from "../../../build/kernels";
import type { Kernels, Network } from "../../lib/network";
import { layoutOf } from "../../lib/planes";
import type { Pace } from "../../lib/pace";

// What the browser would do: a white scene, and frames made of bytes.
vi.mock("./scenery", () => ({
  paintBackdrop: (_look: unknown, size: { width: number; height: number }) => size,
  penOf: () => ({
    getImageData: (_x: number, _y: number, width: number, rows: number) => ({
      data: new Uint8ClampedArray(width * rows * 4).fill(255),
    }),
  }),
}));
class Made {
  readonly bright: Uint8Array;
  constructor(bytes: Uint8Array, { layout, codedHeight }: { layout: { stride: number }[]; codedHeight: number }) {
    this.bright = bytes.slice(0, (layout[0]?.stride ?? 0) * codedHeight);
  }
}
vi.stubGlobal("VideoFrame", Made);
const { Outline } = await import("./outline");
const { PlanesPainter } = await import("./planes");

const white = 235; // the limited range's
const colorSpace = { matrix: "bt709", fullRange: false };

/** A grey frame whose bytes come a little later. */
function frame(width: number, height: number, grey: number): VideoFrame {
  return {
    ...{ format: "I420", visibleRect: { x: 0, y: 0, width, height }, timestamp: 0, duration: null },
    ...{ displayWidth: width, displayHeight: height, colorSpace: { ...colorSpace, toJSON: () => colorSpace } },
    copyTo: async (to: Uint8Array) => {
      await Promise.resolve();
      to.fill(grey, 0, layoutOf(width, height).bytes);
    },
  } as unknown as VideoFrame;
}

let module: WebAssembly.Module;
beforeAll(async () => {
  module = new WebAssembly.Module((await compile("kernels/kernels.ts")).binary as BufferSource);
}, 120_000);

it("the last frame of one camera does not end up behind the person before another", async () => {
  const kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
  const [width, height] = [256, 144];
  // A network that finds nobody: all is background.
  const [input, output] = [kernels.reserve(width * height * 12), kernels.reserve(width * height * 4)];
  const network: Network = { width, height, input, output, run: () => undefined };
  for (const scale of [1, 0.5] as const) {
    const painter = new PlanesPainter(new Outline(kernels, network), { kind: "scene", scene: "sea" });
    const pace: Pace = { every: 1, scale };
    await Promise.all([painter.paint(frame(1280, 720, 77), pace), painter.paint(frame(640, 360, 99), pace)]);
    const { bright } = (await painter.paint(frame(640, 360, 99), pace)) as unknown as Made;
    expect(bright.filter((grey) => grey === white).length / bright.length).toBeGreaterThan(0.95);
  }
});
