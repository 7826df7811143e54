import { describe, expect, it } from "vitest";
import { pan, span, whole, zoom, type View } from "./zoom";

const frame = { width: 800, height: 400 };
/** Which point of the whole picture is seen at a point of the frame. */
const seen = ({ scale, x, y }: View, at: { x: number; y: number }) => ({ x: (at.x - x) / scale, y: (at.y - y) / scale });

describe("zooming", () => {
  it("keeps what is under the pointer there", () => {
    const at = { x: 200, y: 300 };
    let view = whole;
    for (const factor of [1.5, 1.2, 2, 0.7]) {
      view = zoom(view, factor, at, frame);
      expect(seen(view, at).x).toBeCloseTo(200);
      expect(seen(view, at).y).toBeCloseTo(300);
    }
  });

  it("ends where pixels are, and where all is seen", () => {
    expect(zoom(whole, 100, { x: 0, y: 0 }, frame).scale).toBe(8);
    expect(zoom({ scale: 2, x: -10, y: -10 }, 0.1, { x: 0, y: 0 }, frame)).toEqual(whole);
    expect(zoom({ scale: 1.06, x: -10, y: -10 }, 0.98, { x: 0, y: 0 }, frame)).toEqual(whole);
  });

  it("opens no gap at the edges", () => {
    const near = zoom(whole, 3, { x: 780, y: 390 }, frame);
    const back = zoom(near, 0.6, { x: 0, y: 0 }, frame);
    expect(back.x).toBeLessThanOrEqual(0);
    expect(back.x).toBeGreaterThanOrEqual(frame.width * (1 - back.scale));
  });
});

it("panning stops at the edges", () => {
  const view = zoom(whole, 2, { x: 400, y: 200 }, frame);
  expect(pan(view, { x: 5000, y: 5000 }, frame)).toEqual({ scale: 2, x: 0, y: 0 });
  expect(pan(view, { x: -5000, y: -5000 }, frame)).toEqual({ scale: 2, x: -800, y: -400 });
  expect(pan(whole, { x: 50, y: 50 }, frame)).toEqual(whole);
});

it("two fingers have a middle and a distance, never none", () => {
  expect(span({ x: 0, y: 0 }, { x: 30, y: 40 })).toEqual({ x: 15, y: 20, apart: 50 });
  expect(span({ x: 1, y: 1 }, { x: 1, y: 1 }).apart).toBe(1);
});
