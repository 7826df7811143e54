import { describe, expect, it } from "vitest";
import { notBefore, SlotFaces } from "./whose";

const ann = 5;
const ben = 9;

describe("RTP timestamps", () => {
  it.each([
    [1, 0, true],
    [0, 0, true],
    [0, 1, false],
    [5, 0xfffffff0, true],
    [0xfffffff0, 5, false],
  ])("%d is not before %d: %s", (a, b, want) => {
    expect(notBefore(a, b)).toBe(want);
  });
});

describe("a slot", () => {
  it("shows nobody until the server has said whose it is", () => {
    const slot = new SlotFaces();
    expect(slot.frame(1000, undefined)).toBe(0);
    slot.switched(ann, 500);
    expect(slot.shown).toBe(0);
    expect(slot.frame(1000, undefined)).toBe(ann);
  });

  it("hides the old face when a switch is announced, until the new one's frame is there", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 0);
    slot.frame(3000, undefined);
    slot.switched(ben, 9000);
    expect(slot.shown).toBe(0);
    expect(slot.frame(6000, undefined)).toBe(0); // still Ann's picture, from the jitter buffer
    expect(slot.frame(9000, undefined)).toBe(ben);
  });

  it("labels frames across the timestamp's wrap", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 0xffff0000);
    slot.frame(0xffff0000, undefined);
    slot.switched(ben, 100);
    expect(slot.frame(0xffffff00, undefined)).toBe(0);
    expect(slot.frame(100, undefined)).toBe(ben);
  });

  it("keeps its face for days", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 0);
    for (let hour = 0; hour < 72; hour++) expect(slot.frame((hour * 3600 * 90_000) >>> 0, undefined)).toBe(ann);
  });

  it("is empty after track 0, whatever still comes", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 0);
    slot.frame(1, undefined);
    slot.switched(0, 0);
    expect(slot.frame(2, ann)).toBe(0);
    slot.switched(ben, 5000);
    expect(slot.frame(3, undefined)).toBe(0);
    expect(slot.frame(5000, undefined)).toBe(ben);
  });

  it("takes the first timestamp when told the same twice", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 100);
    slot.frame(200, undefined);
    slot.switched(ann, 900);
    expect(slot.shown).toBe(ann);
    expect(slot.frame(300, undefined)).toBe(ann);
  });

  it("conceals a stale picture until the next frame", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 0);
    slot.frame(1, undefined);
    slot.conceal();
    expect(slot.shown).toBe(0);
    expect(slot.frame(2, undefined)).toBe(ann);
  });

  it("goes by the last announcement where the browser tells no timestamps", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 700);
    expect(slot.frame(undefined, undefined)).toBe(ann);
  });
});

describe("a frame that overtakes the announcement", () => {
  it("is betrayed by its contributor and hidden", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 0);
    expect(slot.frame(3000, ann)).toBe(ann);
    expect(slot.frame(6000, ben)).toBe(0);
    slot.switched(ben, 6000);
    expect(slot.frame(9000, ben)).toBe(ben);
  });

  it("is betrayed even when the face before comes back", () => {
    const slot = new SlotFaces();
    slot.switched(ann, 0);
    slot.frame(1000, ann);
    slot.switched(ben, 2000);
    slot.frame(2000, ben);
    expect(slot.frame(3000, ann)).toBe(0);
    slot.switched(ann, 3000);
    expect(slot.frame(4000, ann)).toBe(ann);
  });
});

it("a contributor one frame late, as in Firefox, hides nobody", () => {
  const slot = new SlotFaces();
  slot.switched(ann, 0);
  slot.frame(1000, ann);
  slot.switched(ben, 2000);
  expect(slot.frame(2000, ann)).toBe(ben);
  expect(slot.frame(3000, ben)).toBe(ben);
});
