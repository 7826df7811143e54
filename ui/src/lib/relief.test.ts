import { describe, expect, it } from "vitest";
import { loadOf, Relief, type Load } from "./relief";

interface Machine {
  /** ms that a frame takes to decode. */
  readonly decode?: number;
  /** Share of frames that are dropped. */
  readonly drop?: number;
  readonly limited?: boolean;
  readonly fps?: number;
}

/** A call in virtual time: a look every 2 s at what this machine makes of the step it is on. */
class Call {
  readonly relief = new Relief();
  now = 0;
  #load: Load = { at: 0, decoded: 0, dropped: 0, decoding: 0, limited: false };

  run(seconds: number, machine: (step: number) => Machine): number[] {
    const steps: number[] = [];
    for (let second = 0; second < seconds; second += 2) {
      this.now += 2000;
      const { decode = 5, drop = 0, limited = false, fps = 100 } = machine(this.relief.step);
      const frames = fps * 2;
      this.#load = {
        at: this.now,
        decoded: this.#load.decoded + frames * (1 - drop),
        dropped: this.#load.dropped + frames * drop,
        decoding: this.#load.decoding + (frames * (1 - drop) * decode) / 1000,
        limited,
      };
      this.relief.take(this.#load);
      steps.push(this.relief.step);
    }
    return steps;
  }

  /** The tab sleeps. */
  sleep(ms: number): void {
    this.now += ms;
  }
}

const well = (): Machine => ({});

describe("relief", () => {
  it("changes nothing while the machine keeps up", () => {
    const call = new Call();
    expect(Math.max(...call.run(3600, well))).toBe(0);
    expect(call.relief.allowance).toBeNull();
  });

  it("comes for frames that are dropped, and for frames that are decoded too late", () => {
    for (const machine of [{ drop: 0.2 }, { decode: 60 }]) {
      const call = new Call();
      call.run(2, well);
      expect(call.run(4, () => machine)).toEqual([0, 0]);
      expect(call.run(2, () => machine)).toEqual([1]);
      expect(call.relief.allowance).toEqual({ width: 640, height: 360, few: false });
    }
  });

  it("does not come for one bad moment, nor for so few frames that they say nothing", () => {
    const call = new Call();
    call.run(10, well);
    call.run(4, () => ({ drop: 0.5 }));
    call.run(10, well);
    call.run(4, () => ({ drop: 0.5 }));
    expect(call.run(60, () => ({ drop: 0.9, fps: 2 })).at(-1)).toBe(0);
  });

  it("goes on step by step, no faster than a step can be judged, and ends with who speaks", () => {
    const call = new Call();
    const steps = call.run(60, () => ({ drop: 0.3 }));
    expect(steps.indexOf(2) - steps.indexOf(1)).toBe(4);
    expect(steps.indexOf(3) - steps.indexOf(2)).toBe(4);
    expect(steps.at(-1)).toBe(3);
    expect(call.relief.allowance?.few).toBe(true);
  });

  it("stops where it helps", () => {
    const call = new Call();
    const steps = call.run(40, (step) => (step >= 2 ? { decode: 10 } : { decode: 90 }));
    expect(steps.at(-1)).toBe(2);
  });

  it("makes pictures smaller for my own, but hides nobody", () => {
    const call = new Call();
    expect(call.run(120, () => ({ limited: true })).at(-1)).toBe(2);
  });

  it("comes back after half a minute of calm, a step at a time", () => {
    const call = new Call();
    call.run(60, () => ({ drop: 0.3 }));
    expect(call.run(28, well).at(-1)).toBe(3);
    expect(call.run(4, well).at(-1)).toBe(2);
    expect(call.run(28, well).at(-1)).toBe(2);
    expect(call.run(40, well).at(-1)).toBe(0);
  });

  it("does not swing: each time it came back too early it waits twice as long", () => {
    const call = new Call();
    // Strained with everything shown, fine with any less: it would go to and fro for ever.
    const steps = call.run(3600, (step) => (step === 0 ? { drop: 0.3 } : {}));
    const changes = steps.filter((step, at) => at > 0 && step !== steps[at - 1]).length;
    expect(changes).toBeLessThan(24);
    expect(steps.filter((step) => step === 0).length * 2).toBeLessThan(3600 * 0.05);
  });

  it("takes nothing from what a tab missed while it slept, or from counters that began anew", () => {
    const call = new Call();
    call.run(10, well);
    call.sleep(60_000);
    expect(call.run(4, () => ({ drop: 0.3 })).at(-1)).toBe(0);
    call.relief.take({ at: call.now + 2000, decoded: 5, dropped: 500, decoding: 0, limited: false });
    expect(call.relief.step).toBe(0);
  });
});

it("a look takes the pictures that come, and why mine is small", () => {
  const stats = [
    { type: "inbound-rtp", kind: "video", framesDecoded: 100, framesDropped: 4, totalDecodeTime: 0.5 },
    { type: "inbound-rtp", kind: "video", framesDecoded: 20 },
    { type: "inbound-rtp", kind: "audio", totalDecodeTime: 9 },
    { type: "outbound-rtp", qualityLimitationReason: "cpu" },
  ];
  expect(loadOf(stats, 7)).toEqual({ at: 7, decoded: 120, dropped: 4, decoding: 0.5, limited: true });
  expect(loadOf(stats.slice(0, 3), 7).limited).toBe(false);
});
