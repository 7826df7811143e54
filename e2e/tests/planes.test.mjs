// Hidden backgrounds in Chromium are painted in the planes of the camera's frames: of every kind that cameras give, and
// through a canvas where that does not go.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { costOfBlur, look, settings, sum } from '../lib/looking.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';
import { source } from '../lib/source.mjs';
import { painter } from '../lib/studio.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** Runs in the page before its own scripts: a camera whose frames are of the kind that `window.kind` says. */
function sitInFrames() {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  const person = paintPortrait(22);

  /** A frame of the person. Numbers of a kind of picture, as a camera would have made them. */
  const frame = ({ format, width, height, matrix, fullRange, ...more }, timestamp) => {
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext('2d');
    if (more.rotation) pen.setTransform(-1, 0, 0, -1, width, height);
    pen.drawImage(person, 0, 0, width, height);
    if (!matrix) return new VideoFrame(canvas, { timestamp, alpha: 'discard', ...more });
    const colours = { primaries: 'bt709', transfer: 'bt709', matrix, fullRange };
    const layout = layoutOf(width, height);
    const bytes = new Uint8ClampedArray(layout.bytes);
    toPlanes(pen.getImageData(0, 0, width, height).data, layout, codingOf(colours), bytes);
    const setting = { codedWidth: width, codedHeight: height, timestamp, colorSpace: colours, ...more };
    if (format === 'I420') return new VideoFrame(bytes, { format, layout: [...layout.planes], ...setting });
    const [bright, blue, red] = layout.planes;
    if (format === 'I420A') {
      const both = new Uint8Array(layout.bytes + bright.stride * height).fill(255);
      both.set(bytes);
      return new VideoFrame(both, { format, layout: [bright, blue, red, { offset: layout.bytes, stride: bright.stride }], ...setting });
    }
    const side = bytes.slice();
    for (let at = 0; at < blue.stride * blue.height; at++) {
      side[blue.offset + at * 2] = bytes[blue.offset + at];
      side[blue.offset + at * 2 + 1] = bytes[red.offset + at];
    }
    return new VideoFrame(side, { format, layout: [bright, { offset: blue.offset, stride: blue.stride * 2 }], ...setting });
  };

  devices.getUserMedia = async (wanted) => {
    const stream = await native(wanted);
    if (!wanted.video) return stream;
    const [device] = stream.getVideoTracks();
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const settings = device.getSettings();
    track.getSettings = () => settings;
    const writer = track.writable.getWriter();
    // Painted once for each kind: a camera costs the page nothing.
    let [shown, painted] = [null, null];
    const timer = setInterval(() => {
      if (track.readyState === 'ended') return clearInterval(timer);
      if (shown !== window.kind) [shown, painted] = [window.kind, frame(window.kind, 0)];
      writer.write(new VideoFrame(painted, { timestamp: performance.now() * 1000 })).catch(() => clearInterval(timer));
    }, window.kind.every ?? 125);
    return new MediaStream([track, ...stream.getAudioTracks()]);
  };
}

/** What it needs for that. */
const frames = [painter('portrait'), painter('planes'), source('src/lib/planes.ts'), source('src/lib/colours.ts')].join('\n');

const usual = { format: 'I420', width: 640, height: 360, matrix: 'smpte170m', fullRange: false };
const kinds = {
  'as most cameras give them': usual,
  'with colours side by side': { ...usual, format: 'NV12' },
  'with an alpha': { ...usual, format: 'I420A' },
  'of high definition': { ...usual, width: 1280, height: 720, matrix: 'bt709' },
  'of high definition, side by side, with all 256 numbers': { ...usual, format: 'NV12', width: 1280, height: 720, matrix: 'bt709', fullRange: true },
  'with all 256 numbers': { ...usual, fullRange: true },
  'of an odd size': { ...usual, width: 637, height: 359 },
  'of an odd size, side by side': { ...usual, format: 'NV12', width: 637, height: 359 },
  'of which a part is seen': { ...usual, visibleRect: { x: 32, y: 18, width: 576, height: 324 } },
  'with pixels that are no squares': { ...usual, width: 480, displayWidth: 640, displayHeight: 360 },
  'that have to be turned': { ...usual, rotation: 180 },
  'in red, green and blue': { width: 640, height: 360 },
};

const furthest = (a, b) => Math.max(...a.map((one, at) => Math.abs(one - b[at])));

test('of every kind of frame the person is as before, and the room is not seen', async (t) => {
  const ann = await house.person('Ann', 'chromium');
  try {
    await ann.page.evaluateOnNewDocument(`{window.kind = ${JSON.stringify(usual)};\n${frames}\n(${sitInFrames})()}`);
    await ann.join(house.server, freshRoom());
    await settings(ann, 'Picture');
    const show = (kind) => ann.page.evaluate((next) => void (window.kind = next), kind);
    const before = {};
    for (const [name, kind] of Object.entries(kinds)) {
      await show(kind);
      before[name] = await until(`frames ${name} are sent`, async () => sizeOf(kind, await look(ann)), { within: 10_000 });
    }
    await ann.click('radio', 'Night');
    await until('it is night', async () => sum((await look(ann)).corner) < 130, { within: 20_000 });
    const seen = [];
    for (const way of ['planes', 'a canvas']) {
      if (way !== 'planes') {
        const [worker] = ann.page.workers().filter((worker) => worker.url().includes('worker'));
        await worker.evaluate(() => (VideoFrame.prototype.copyTo = () => Promise.reject(new Error('no planes'))));
      }
      for (const [name, kind] of Object.entries(kinds)) {
        await show(kind);
        await until(`the person is as before in frames ${name}, through ${way}`, async () => {
          const now = sizeOf(kind, await look(ann));
          if (!now) return false;
          if (sum(now.corner) >= 130) seen.push(`frames ${name}, through ${way}: ${now.corner}`);
          const far = furthest(now.middle, before[name].middle);
          if (far > 6) throw new Error(`${before[name].middle} before, ${now.middle} now`);
          t.diagnostic(`${way}, frames ${name}: at most ${far} of 255 from what they were`);
          return true;
        }, { within: 10_000 });
      }
    }
    assert.deepEqual(seen, [], 'the room is not seen');
    assert.deepEqual(await ann.errors(), []);
  } finally {
    await ann.close();
  }
});

/** What is seen, once it is frames of this kind, or of half their size where this machine is slow. */
function sizeOf({ width, height, visibleRect = { width, height }, displayWidth = visibleRect.width, displayHeight = visibleRect.height }, now) {
  const is = (scale) => now.size[0] === Math.round(displayWidth * scale) && now.size[1] === Math.round(displayHeight * scale);
  return now && (is(1) || is(0.5)) && now;
}

test('what a frame of 720p costs in planes', async (t) => {
  const ann = await house.person('Ann', 'chromium');
  try {
    const kind = { ...usual, width: 1280, height: 720, every: 50 };
    await ann.page.evaluateOnNewDocument(`{window.kind = ${JSON.stringify(kind)};\n${frames}\n(${sitInFrames})()}`);
    await ann.join(house.server, freshRoom());
    const { scale } = await costOfBlur(t, ann, 'planes, 720p');
    const { size } = await look(ann);
    assert.deepEqual(size, scale === 100 ? [1280, 720] : [640, 360]);
  } finally {
    await ann.close();
  }
});
