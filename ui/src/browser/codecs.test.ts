import { expect, it } from "vitest";
import { wantedCodecs } from "./codecs";
import { cameraEncodings } from "./layers";
import { browserOf } from "./site";

const codec = (mimeType: string, sdpFmtpLine?: string): RTCRtpCodec => ({
  mimeType,
  clockRate: 90_000,
  ...(sdpFmtpLine && { sdpFmtpLine }),
});

it("VP8 comes first, then H.264 that every browser decodes, then retransmission; nothing else", () => {
  const all = [
    codec("video/H264", "packetization-mode=1;profile-level-id=42001f"),
    codec("video/rtx"),
    codec("video/AV1"),
    codec("video/H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
    codec("video/VP8"),
    codec("video/H264", "packetization-mode=0;profile-level-id=42e01f"),
  ];
  expect(wantedCodecs("video", all)).toEqual([all[4], all[3], all[1]]);
});

it("sound is Opus, with copies of it where the browser can do that", () => {
  const [red, opus] = [codec("audio/red"), codec("audio/opus")];
  expect(wantedCodecs("audio", [codec("audio/G722"), red, opus, codec("audio/telephone-event")])).toEqual([opus, red]);
  expect(wantedCodecs("audio", [opus])).toEqual([opus]);
});

it("layers are scaled by sizes or by factors, never by both", () => {
  expect(cameraEncodings(false).map(({ rid, scaleResolutionDownBy }) => [rid, scaleResolutionDownBy])).toEqual([
    ["q", 4],
    ["h", 2],
    ["f", 1],
  ]);
  for (const encoding of cameraEncodings(true)) {
    expect(encoding).toHaveProperty("scaleResolutionDownTo");
    expect(encoding).not.toHaveProperty("scaleResolutionDownBy");
  }
});

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", 0, "firefox"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", 0, "chromium"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/20.0 Safari/605.1.15", 0, "safari"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/20.0 Safari/605.1.15", 5, "ios"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/156.0", 5, "ios"],
  ["Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36", 5, "android"],
])("%s with %d touch points is %s", (agent, touchPoints, want) => {
  expect(browserOf(agent, touchPoints)).toBe(want);
});
