import { describe, expect, it } from "vitest";
import { forMusic, withRequests, withStereo } from "./stereo";

const head = ["v=0", "s=-", "a=group:BUNDLE 0 1 2"];
const audio = (mid: number, fmtp: string) => [
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
  `a=mid:${mid}`,
  "a=rtpmap:111 opus/48000/2",
  `a=fmtp:111 ${fmtp}`,
  "a=rtpmap:63 red/48000/2",
  "a=fmtp:63 111/111",
];
const video = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "a=rtpmap:96 VP8/90000", "a=fmtp:96 x=1"];
const sdp = (...lines: string[][]) => lines.flat().join("\r\n") + "\r\n";
const plain = "minptime=10;useinbandfec=1";
const wide = `${plain};stereo=1;sprop-stereo=1`;

describe("an offer", () => {
  it("asks for two channels in what I hear, not in my voice", () => {
    expect(withStereo(sdp(head, audio(0, plain), video, audio(2, plain)), false)).toBe(
      sdp(head, audio(0, plain), video, audio(2, wide)),
    );
  });

  it("has two channels of my music", () => {
    expect(withStereo(sdp(head, audio(0, plain)), true)).toBe(sdp(head, audio(0, wide)));
  });

  it("is left alone where the browser says so itself", () => {
    const said = sdp(head, audio(0, "maxplaybackrate=48000;stereo=1;useinbandfec=1"));
    expect(withStereo(said, true)).toBe(said);
  });

  it("has sound asked for again when it is lost, and says so once", () => {
    const asked = (lines: string[]) => lines.flatMap((line) => (line.includes("opus/") ? [line, "a=rtcp-fb:111 nack"] : [line]));
    const wanted = sdp(head, asked(audio(0, plain)), video, asked(audio(2, plain)));
    expect(withRequests(sdp(head, audio(0, plain), video, audio(2, plain)))).toBe(wanted);
    expect(withRequests(wanted)).toBe(wanted);
    expect(withRequests("")).toBe("");
  });

  it("that is none comes back as it is", () => {
    expect(withStereo("", true)).toBe("");
    expect(withStereo("v=0\r\n", true)).toBe("v=0\r\n");
  });
});

it("an answer makes no pauses in my music, but may in the rest", () => {
  const dtx = `${wide};usedtx=1`;
  expect(forMusic(sdp(head, audio(0, dtx), audio(2, dtx)))).toBe(sdp(head, audio(0, wide), audio(2, dtx)));
});
