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
    run(pacer, 20);
    expect(pacer.pace).toEqual({ every: 2, scale: 1 });
    run(pacer, 12);
    expect(pacer.pace).toEqual({ every: 4, scale: 1 });
    run(pacer, 12);
    expect(pacer.pace).toEqual({ every: 4, scale: 0.5 });
    expect(run(pacer, 12, 50)).toBe(true);
  });

  it("does nothing less because of one frame in which a background was painted", () => {
    const pacer = new Pacer();
    pacer.take(400);
    for (let frame = 1; frame < 30; frame++) pacer.take(6);
    expect(pacer.cost).toEqual({ every: 1, scale: 1, milliseconds: 6 });
    expect(pacer.pace.every).toBe(1);
  });

  it("has a second at first in which the browser may compile", () => {
    const pacer = new Pacer();
    run(pacer, 12);
    expect(pacer.pace.every).toBe(1);
    run(pacer, 7, 10);
    expect(pacer.pace.every).toBe(1);
    run(pacer, 12);
    expect(pacer.pace.every).toBe(2);
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

  it("says what it has cost", () => {
    const pacer = new Pacer();
    expect(pacer.cost).toBeNull();
    run(pacer, 12);
    expect(pacer.cost).toEqual({ every: 1, scale: 1, milliseconds: 12 });
  });
});

/**
 * A call in virtual time at 30 frames a second on a machine that takes so many ms to find a person and to paint a whole
 * frame, `slower` times as long at a time. Resolves to what a frame took at most and on average in each second.
 */
function call(seconds: number, find: number, paint: number, slower: (second: number) => number = () => 1) {
  const pacer = new Pacer();
  const averages: number[] = [];
  for (let second = 0; second < seconds; second++) {
    let sum = 0;
    for (let frame = 0; frame < 30; frame++) {
      const { every, scale } = pacer.pace;
      const took = ((frame % every === 0 ? find : 0) + paint * scale ** 2) * slower(second);
      sum += took;
      if (!pacer.take(took)) return { averages, gaveUpAfter: second + 1 };
    }
    averages.push(sum / 30);
  }
  return { averages, gaveUpAfter: null };
}

describe("in a call", () => {
  it("a quick machine finds the person in each frame", () => {
    const { averages } = call(600, 4, 2);
    expect(new Set(averages)).toEqual(new Set([6]));
  });

  it("a slow machine is within 8 ms after three seconds and stays there", () => {
    const { averages, gaveUpAfter } = call(3600, 14, 6);
    expect(averages[0]).toBe(20);
    expect(Math.max(...averages.slice(3, 60))).toBeLessThanOrEqual(8);
    // Now and then it tries for a second whether there is more room.
    expect(averages.filter((one) => one > 8).length).toBeLessThan(20);
    expect(gaveUpAfter).toBeNull();
  });

  it("a machine that is busy for a while comes back to all of it, slowly", () => {
    const { averages } = call(300, 2, 1.5, (second) => (second >= 20 && second < 40 ? 4 : 1));
    expect(averages[19]).toBe(3.5);
    expect(averages[39]).toBeLessThanOrEqual(8);
    expect(averages[41]).toBeLessThan(3.5);
    expect(averages.at(-1)).toBe(3.5);
  });

  it("a machine that can do nothing of it is let off after some seconds", () => {
    expect(call(60, 400, 200).gaveUpAfter).toBe(6);
  });
});
