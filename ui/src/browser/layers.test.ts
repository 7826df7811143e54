import { expect, it } from "vitest";
import { cameraEncodings, limitTo } from "./layers";

const active = (encodings: RTCRtpEncodingParameters[]) => encodings.map((encoding) => encoding.active);

it.each([
  ["all, before anybody has said", undefined, [true, true, true]],
  ["what is wanted", [0, 2], [true, false, true]],
  ["nothing", [], [false, false, false]],
  ["the largest there is for what is larger", [7], [false, false, true]],
] as const)("sends %s", (_, wanted, sent) => {
  const encodings = cameraEncodings(true);
  limitTo(encodings, wanted);
  expect(active(encodings)).toEqual(sent);
});

it("turns nothing on that was turned off for another reason", () => {
  const encodings = cameraEncodings(false);
  for (const encoding of encodings.slice(1)) encoding.active = false;
  limitTo(encodings, [1, 2]);
  expect(active(encodings)).toEqual([false, false, false]);
});
