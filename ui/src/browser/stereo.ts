/** What offers and answers say of Opus (RFC 7587 §6.1): two channels where there may be music. */

const opus = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im;

/**
 * My offer, with two channels for what I hear and for the sound of my screen; for my microphone, the first m-line, only
 * with `music`: a voice in stereo would cost twice and sound the same.
 */
export function withStereo(sdp: string, music: boolean): string {
  return sections(sdp)
    .map((section, line) => (/^m=audio/m.test(section) && (line > 0 || music) ? stereo(section) : section))
    .join("");
}

/**
 * My offer, with sound that is asked for again when it is lost, both ways: Chromium does so where the offer says it, though it
 * does not say it by itself; Firefox answers who asks (both measured).
 */
export function withRequests(sdp: string): string {
  return sdp.replace(/^(a=rtpmap:(\d+) opus\/48000\/2)(\r?)$/gim, (line: string, _: string, type: string, end: string) =>
    new RegExp(`^a=rtcp-fb:${type} nack\\r?$`, "m").test(sdp) ? line : `${line}\na=rtcp-fb:${type} nack${end}`,
  );
}

/** The answer to it, which asks the microphone to send nothing in silence: the end of a note is not silence. */
export function forMusic(sdp: string): string {
  return sections(sdp)
    .map((section, line) => (line === 0 ? section.replace(/;usedtx=1/g, "") : section))
    .join("");
}

/** The m-lines, each with what belongs to it; what stands before the first one goes with it. */
function sections(sdp: string): string[] {
  const [head = "", ...lines] = sdp.split(/^(?=m=)/m);
  const [first = "", ...rest] = lines;
  return first === "" ? [head] : [first, ...rest].map((line, at) => (at === 0 ? head + line : line));
}

function stereo(section: string): string {
  const type = opus.exec(section)?.[1];
  if (type === undefined) return section;
  const format = new RegExp(`^a=fmtp:${type} (?!.*stereo=)(.*?)(\\r?)$`, "im");
  return section.replace(format, `a=fmtp:${type} $1;stereo=1;sprop-stereo=1$2`);
}
