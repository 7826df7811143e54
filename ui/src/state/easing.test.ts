import { beforeEach, expect, it } from "vitest";
import { FakePictures, FakeStore } from "../browser/fakes";
import { Easing } from "./easing";
import { Preferences } from "./preferences.svelte";
import { Roster } from "./roster.svelte";
import { Stage } from "./stage.svelte";

let preferences: Preferences;
let stage: Stage;
let easing: Easing;
let now: number;
let frames: number;
beforeEach(() => {
  preferences = new Preferences(new FakeStore());
  stage = new Stage(new Roster(), preferences, new FakePictures());
  now = frames = 0;
  easing = new Easing(preferences, stage, () => now);
});

/** Seconds in which a third of all frames are dropped. */
function strain(seconds: number): void {
  for (let second = 0; second < seconds; second += 2) {
    now += 2000;
    frames += 60;
    easing.look([{ type: "inbound-rtp", kind: "video", framesDecoded: frames, framesDropped: frames / 2 }]);
  }
}

it("a busy machine shows less, another meeting begins with everything", () => {
  strain(8);
  expect(stage.allowance).toEqual({ width: 640, height: 360, few: false });
  easing.reset();
  expect(stage.allowance).toBeNull();
});

it("nothing is eased for who does not want it, nor for a page that nobody looks at", () => {
  strain(8);
  preferences.relief = false;
  strain(2);
  expect(stage.allowance).toBeNull();
  preferences.relief = true;
  stage.watched = "nothing";
  strain(30);
  expect(stage.allowance).toBeNull();
});
