import { describe, expect, it } from "vitest";
import { Pacer } from "./pace";

/** Windows of 30 frames that take so long; true unless it gave up. */
function run(pacer: Pacer, milliseconds: number, windows = 1): boolean {
  let goesOn = true;
  for (let frame = 0; frame < 30 * windows; frame++) goesOn &&= pacer.take(milliseconds);
  return goesOn;
}

describe("a hidden background", () => {
  it("costs what it costs while there is room", () => {
    const pacer = new Pacer();
    expect(run(pacer, 7, 100)).toBe(true);
    expect(pacer.pace).toEqual({ every: 1, scale: 1 });
  });

  it("looks for the person less often first, then makes the picture smaller", () => {
    const pacer = new Pacer();
    run(pacer, 12);
    expect(pacer.pace).toEqual({ every: 2, scale: 1 });
    run(pacer, 12);
    expect(pacer.pace).toEqual({ every: 4, scale: 1 });
    run(pacer, 12);
    expect(pacer.pace).toEqual({ every: 4, scale: 0.5 });
    expect(run(pacer, 12, 50)).toBe(true);
  });

  it("gives up when even the least is hopeless, but not for one bad moment", () => {
    const pacer = new Pacer();
    run(pacer, 100, 3);
    expect(run(pacer, 100, 2)).toBe(true);
    expect(run(pacer, 10)).toBe(true);
    expect(run(pacer, 100, 2)).toBe(true);
    expect(run(pacer, 100)).toBe(false);
  });

  it("tries more once there is ample room, and later each time it was too much", () => {
    const pacer = new Pacer();
    run(pacer, 20);
    run(pacer, 2, 19);
    expect(pacer.pace.every).toBe(2);
    run(pacer, 2, 1);
    expect(pacer.pace.every).toBe(1);
    run(pacer, 20);
    run(pacer, 2, 39);
    expect(pacer.pace.every).toBe(2);
    run(pacer, 2, 1);
    expect(pacer.pace.every).toBe(1);
  });

  it("stays where it is in between", () => {
    const pacer = new Pacer();
    run(pacer, 20);
    run(pacer, 6, 500);
    expect(pacer.pace.every).toBe(2);
  });
});
