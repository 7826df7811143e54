// What a viewer's browser says of what it sees and hears (getStats), over time.

/** How often it is asked, in ms. */
export const every = 100;

/** Runs in the page before its own scripts, after Person's observe(): samples.at(-1) is the newest. */
export function watch(every) {
  window.samples = [];
  const look = async () => {
    const at = Date.now();
    const rows = [];
    for (const [n, connection] of window.observed.connections.entries()) {
      if (connection.connectionState === 'closed') continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== 'inbound-rtp') continue;
        rows.push({
          key: `${n} ${report.id}`,
          kind: report.kind,
          packets: report.packetsReceived,
          bytes: report.bytesReceived,
          again: report.retransmittedPacketsReceived,
          samples: report.totalSamplesReceived,
          concealed: report.concealedSamples,
          frames: report.framesDecoded,
          height: report.frameHeight,
          freezes: report.freezeCount,
          frozen: report.totalFreezesDuration,
        });
      }
    }
    window.samples.push({ at, rows });
    setTimeout(look, Math.max(every - (Date.now() - at), 0));
  };
  void look();
}

/** Runs in the page before its own scripts: nobody has a microphone or a camera here. */
export function withoutDevices() {
  const devices = navigator.mediaDevices;
  if (!devices) return; // over http from elsewhere than localhost
  devices.enumerateDevices = async () => [];
  devices.getUserMedia = async () => {
    throw new DOMException('none here', 'NotFoundError');
  };
}

/** The last sample of no later than `at`. */
const sampleAt = (samples, at) => samples.findLast((sample) => sample.at <= at) ?? { at, rows: [] };

/** How much a number of each stream of a kind has grown, by its key. A stream that is new has grown from nothing. */
function grown(samples, from, to, kind, field) {
  const before = new Map(sampleAt(samples, from).rows.map((row) => [row.key, row]));
  return new Map(sampleAt(samples, to).rows.filter((row) => row.kind === kind).map((row) => [row.key, row[field] - (before.get(row.key)?.[field] ?? 0)]));
}

const total = (numbers) => [...numbers].reduce((sum, number) => sum + number, 0);

/** The stream that has grown the most. */
const busiest = (numbers) => [...numbers].reduce((most, one) => (one[1] > most[1] ? one : most), [undefined, 0])[0];

/** The share of sound that was made up, in percent: of the stream that carried the most. All, if none came. */
export function concealed(samples, from, to) {
  const key = busiest(grown(samples, from, to, 'audio', 'packets'));
  const played = grown(samples, from, to, 'audio', 'samples').get(key);
  const made = grown(samples, from, to, 'audio', 'concealed').get(key);
  return key === undefined ? 100 : (100 * made) / played;
}

/**
 * The share of time for which the picture stood still, in percent. Browsers count a freeze when it ends: one that goes on at the end
 * counts here once it is longer than any that nobody would call one.
 */
export function frozen(samples, from, to) {
  const key = busiest(grown(samples, from, to, 'video', 'frames'));
  if (key === undefined) return 100;
  const frames = (sample) => sample.rows.find((row) => row.key === key)?.frames ?? 0;
  const last = frames(sampleAt(samples, to));
  const since = samples.find((sample) => frames(sample) === last).at;
  const standing = to - since > 1000 ? to - since : 0;
  return Math.min((100 * (1000 * grown(samples, from, to, 'video', 'frozen').get(key) + standing)) / (to - from), 100);
}

/** How many times the picture stood still. */
export const freezes = (samples, from, to) => total(grown(samples, from, to, 'video', 'freezes').values());

/** Frames a second. */
export const fps = (samples, from, to) => (1000 * total(grown(samples, from, to, 'video', 'frames').values())) / (to - from);

/** Bits a second of pictures. */
export const rate = (samples, from, to) => (8000 * total(grown(samples, from, to, 'video', 'bytes').values())) / (to - from);

/** The share of pictures' packets that came when they were sent again, in percent; undefined where a browser does not say. */
export const again = (samples, from, to) =>
  (100 * total(grown(samples, from, to, 'video', 'again').values())) / total(grown(samples, from, to, 'video', 'packets').values());

/** The height of the picture that moves: at each time that it was another, `{ at, height }`. */
export function heights(samples, from, to) {
  const all = [];
  for (let n = 1; n < samples.length; n++) {
    const { at, rows } = samples[n];
    if (at < from || at > to) continue;
    const moved = rows.filter((row) => row.kind === 'video' && row.height > 0
      && row.frames > (samples[n - 1].rows.find(({ key }) => key === row.key)?.frames ?? 0));
    const height = Math.max(...moved.map((row) => row.height), 0);
    if (height > 0 && height !== all.at(-1)?.height) all.push({ at, height });
  }
  return all;
}

/** When it holds first after `since`, in seconds from then; Infinity: not by the last sample. */
export function first(samples, since, holds) {
  const found = samples.find((sample) => sample.at > since && holds(sample.at));
  return found ? (found.at - since) / 1000 : Infinity;
}

/** How long after `since` both sound and picture came again, in seconds. What came until `settled` was on its way already. */
export function back(samples, since, settled = since) {
  const came = (at, kind, field) => total(grown(samples, settled, at, kind, field).values()) > 0;
  return first(samples, settled, (at) => came(at, 'audio', 'packets') && came(at, 'video', 'frames')) + (settled - since) / 1000;
}
