/** Which codecs an offer names: only those the server forwards, which makes offers a third as long. */

/** One transceiver's codecs in order of preference, of all that the browser can do. */
export function wantedCodecs(kind: "audio" | "video", all: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  // RED is Opus with a copy of the packet before: the server's answer says where it is to be sent.
  const ranks = kind === "audio" ? ["audio/opus", "audio/red"] : ["video/vp8", "video/h264", "video/rtx"];
  return all
    .filter((codec) => codec.mimeType.toLowerCase() !== "video/h264" || isConstrainedBaseline(codec))
    .filter((codec) => ranks.includes(codec.mimeType.toLowerCase()))
    .sort((a, b) => ranks.indexOf(a.mimeType.toLowerCase()) - ranks.indexOf(b.mimeType.toLowerCase()));
}

/** H.264 as every browser can do it: constrained baseline, level 3.1, packets that may be fragments (RFC 6184). */
function isConstrainedBaseline(codec: RTCRtpCodec): boolean {
  const parameters = codec.sdpFmtpLine ?? "";
  return /profile-level-id=42e01f/i.test(parameters) && /packetization-mode=1/.test(parameters);
}

/** Trims a transceiver's codecs; a browser that will not have it offers all of them, which also works. */
export function trimCodecs(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  try {
    const all = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
    const wanted = wantedCodecs(kind, all);
    if (wanted.length > 0) transceiver.setCodecPreferences(wanted);
  } catch (error) {
    console.warn("Codecs were not trimmed:", error);
  }
}
