import { describe, expect, it } from "vitest";
import { filmstrip, grid, gridWithin, isPhone, pageSize, type Rect, type Size } from "./layout";

const windows: Size[] = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
  { width: 1000, height: 1000 },
  { width: 390, height: 700 },
  { width: 320, height: 480 },
  { width: 2560, height: 500 },
];

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Within a pixel, which rounding may take. */
function inside(rect: Rect, window: Size): boolean {
  return rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= window.width + 1 && rect.y + rect.height <= window.height + 1;
}

function allowedShape({ width, height }: Rect, window: Size): boolean {
  if (height <= 40) return true; // rounding weighs too much
  const narrowest = isPhone(window) && window.height > window.width ? 1 : 4 / 3;
  return width / height > narrowest - 0.05 && width / height < 16 / 9 + 0.05;
}

describe.each(windows)("in a window of $width × $height the grid", (window) => {
  const counts = Array.from({ length: 49 }, (_, index) => index + 1);

  it("keeps every tile inside, apart from the others and of one allowed shape", () => {
    for (const count of counts) {
      const rects = grid(count, window);
      expect(rects).toHaveLength(count);
      expect(rects.filter((rect) => !inside(rect, window))).toEqual([]);
      expect(rects.filter((rect) => !allowedShape(rect, window))).toEqual([]);
      expect(rects.filter((rect, index) => rects.slice(index + 1).some((other) => overlap(rect, other)))).toEqual([]);
    }
  });

  it("never gives more people larger tiles", () => {
    let before = Infinity;
    for (const count of counts) {
      const tile = grid(count, window)[0];
      const area = (tile?.width ?? 0) * (tile?.height ?? 0);
      expect(area).toBeLessThanOrEqual(before);
      before = area;
    }
  });
});

describe("the grid", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 2],
    [5, 3],
    [9, 3],
    [12, 4],
    [25, 5],
  ])("puts %d tiles in a full-HD window in %d columns", (count, columns) => {
    const rects = grid(count, { width: 1920, height: 1080 });
    expect(rects.filter((rect) => rect.y === rects[0]?.y)).toHaveLength(columns);
  });

  it("stacks two tiles on a phone", () => {
    const [first, second] = grid(2, { width: 390, height: 700 });
    expect(first?.x).toBe(second?.x);
    expect(first?.width).toBe(390);
  });

  it.each([
    [3, 1],
    [4, 1],
    [5, 2],
    [6, 2],
  ])("puts %d tiles on an upright phone in %d columns, for the largest faces", (count, columns) => {
    const rects = grid(count, { width: 374, height: 768 });
    expect(rects.filter((rect) => rect.y === rects[0]?.y)).toHaveLength(columns);
  });

  it("crops to squares on an upright phone when there are two columns", () => {
    const [tile] = grid(6, { width: 374, height: 768 });
    expect(tile).toMatchObject({ width: 183, height: 183 });
  });

  it("is empty for nobody", () => expect(grid(0, { width: 100, height: 100 })).toEqual([]));

  it("centres its last row", () => {
    const rects = grid(3, { width: 1600, height: 900 });
    const last = rects[2];
    expect((last?.x ?? 0) + (last?.width ?? 0) / 2).toBeCloseTo(800, -1);
  });

  it("survives a window that is too small", () => {
    for (const rect of grid(9, { width: 0, height: 0 })) expect(rect.width).toBeGreaterThanOrEqual(0);
  });
});

describe("the filmstrip", () => {
  it("stands on the right of a wide window", () => {
    const { main, strip } = filmstrip(3, { width: 1280, height: 720 });
    expect(strip).toHaveLength(3);
    for (const rect of strip) expect(rect.x).toBeGreaterThanOrEqual(main.width);
  });

  it("stands below in a tall window", () => {
    const { main, strip } = filmstrip(2, { width: 390, height: 700 });
    for (const rect of strip) expect(rect.y).toBeGreaterThanOrEqual(main.height);
  });

  it("has as many rows in a tall window as what is large leaves room for", () => {
    const window = { width: 374, height: 768 };
    const { main, strip } = filmstrip(5, window);
    expect(strip).toHaveLength(5);
    expect(new Set(strip.map((rect) => rect.y)).size).toBe(3);
    expect(main.height).toBeGreaterThan((374 * 3) / 4);
    expect(strip.filter((rect) => !inside(rect, window) || overlap(rect, main))).toEqual([]);
    expect(strip.filter((rect, index) => strip.slice(index + 1).some((other) => overlap(rect, other)))).toEqual([]);
  });

  it("leaves two large pictures their room", () => {
    const { main, strip } = filmstrip(5, { width: 374, height: 768 }, 2);
    expect(strip).toHaveLength(2);
    expect(main.height).toBeGreaterThan(2 * ((374 * 3) / 4));
  });

  it("never has more tiles on a phone than a page of the grid", () => {
    expect(filmstrip(40, { width: 374, height: 1200 }).strip).toHaveLength(6);
  });

  it("on a lying phone makes its tiles smaller before it leaves anybody out", () => {
    const window = { width: 828, height: 330 };
    const { main, strip } = filmstrip(4, window);
    expect(strip).toHaveLength(4);
    expect(strip.filter((rect) => !inside(rect, window) || overlap(rect, main) || rect.width < 112)).toEqual([]);
    expect(filmstrip(2, window).strip[0]?.width).toBeGreaterThan(strip[0]?.width ?? Infinity);
    expect(filmstrip(12, window).strip).toHaveLength(4); // a face needs its room; the others are on the next page
  });

  it("leaves out what does not fit", () => {
    expect(filmstrip(40, { width: 1280, height: 720 }).strip.length).toBeLessThan(8);
  });

  it("is gone when there is nobody for it", () => {
    expect(filmstrip(0, { width: 800, height: 600 })).toEqual({ main: { x: 0, y: 0, width: 800, height: 600 }, strip: [] });
  });
});

it("a grid within an area stands at the area's place", () => {
  const area = { x: 100, y: 50, width: 160, height: 90 };
  expect(gridWithin(1, area)).toEqual([area]);
});

it("a phone shows pages of 6, other windows of 25", () => {
  expect(isPhone({ width: 844, height: 390 })).toBe(true);
  expect(pageSize({ width: 390, height: 844 })).toBe(6);
  expect(pageSize({ width: 1280, height: 720 })).toBe(25);
});
