// How the runs on bad networks (e2e/netem.mjs) are judged. No browser: what getStats() says is made up here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judged, table } from '../netem/table.mjs';
import { back, concealed, first, fps, freezes, frozen, heights, rate } from '../netem/watch.mjs';

/** A sample every 100 ms for so many seconds; `at` gives the streams' numbers then. */
const film = (seconds, streams) => Array.from({ length: seconds * 10 + 1 }, (_, n) => ({ at: 100 * n, rows: streams(n / 10) }));
const sound = (row) => ({ key: 'a', kind: 'audio', packets: 0, samples: 0, concealed: 0, ...row });
const picture = (row) => ({ key: 'v', kind: 'video', packets: 0, bytes: 0, frames: 0, freezes: 0, frozen: 0, height: 720, ...row });

test('sound counts by the stream that carried it, not by one that fell silent', () => {
  const samples = film(10, (s) => [
    sound({ key: 'silent', packets: 100, samples: 48_000 * s, concealed: 48_000 * s }),
    sound({ packets: 50 * s, samples: 48_000 * s, concealed: s < 5 ? 0 : 4800 * (s - 5) }),
  ]);
  assert.equal(concealed(samples, 1000, 5000), 0);
  assert.equal(concealed(samples, 5000, 10_000), 10);
});

test('no sound at all is all made up, and no picture at all stands still', () => {
  const samples = film(10, () => [sound({ packets: 5 }), picture({ frames: 5 })]);
  assert.equal(concealed(samples, 1000, 9000), 100);
  assert.equal(frozen(samples, 1000, 9000), 100);
  assert.equal(concealed([], 0, 1000), 100);
});

test('a picture that stands still at the end counts as well as what the browser counted', () => {
  const samples = film(10, (s) => [picture({ frames: Math.floor(10 * Math.min(s, 8)), freezes: s < 4 ? 0 : 1, frozen: s < 4 ? 0 : 1 })]);
  assert.equal(frozen(samples, 0, 8000), 12.5);
  assert.equal(frozen(samples, 0, 10_000), 30);
  assert.equal(freezes(samples, 0, 10_000), 1);
  assert.equal(fps(samples, 0, 8000), 10);
});

test('a new connection counts from nothing, and the one before it no more', () => {
  const samples = film(10, (s) => [s < 5 ? picture({ key: 'old', frames: 100 + 10 * s }) : picture({ key: 'new', frames: Math.floor(10 * (s - 5)) })]);
  assert.equal(fps(samples, 4000, 10_000), 50 / 6);
});

test('sound and picture are back when both are', () => {
  const samples = film(10, (s) => [
    sound({ packets: s < 3 ? 50 * s : s < 6 ? 150 : 50 * (s - 3) + 1 }),
    picture({ frames: s < 3 ? 10 * s : s < 7 ? 30 : 31 }),
  ]);
  assert.equal(back(samples, 5000), 2);
  assert.equal(back(samples, 5000, 5200), 2);
  assert.equal(back(samples, 8000), Infinity);
});

test('heights are told when they change, of pictures that move', () => {
  const samples = film(10, (s) => [
    picture({ frames: 10 * s, height: s < 4 ? 720 : s < 6 ? 180 : 720 }),
    picture({ key: 'idle', frames: 3, height: 360 }),
  ]);
  assert.deepEqual(heights(samples, 1000, 9000).map(({ height }) => height), [720, 180, 720]);
  assert.equal(heights(samples, 1000, 9000)[1].at, 4000);
});

test('rates are bits a second, and the first time is found', () => {
  const samples = film(10, (s) => [picture({ bytes: s < 5 ? 0 : 10_000 * (s - 5) })]);
  assert.equal(Math.round(rate(samples, 6000, 9000)), 80_000);
  assert.equal(first(samples, 2000, (at) => rate(samples, at - 1000, at) >= 40_000), 3.5);
});

test('a scenario is held when all its bars are, and something was measured', () => {
  const bars = (...values) => values.map((value) => ({ what: 'x', value, most: 2, unit: 's' }));
  assert.ok(judged({ bars: bars(1, 2) }));
  for (const values of [[1, 2.01], [NaN], [undefined], [Infinity], []]) assert.ok(!judged({ bars: bars(...values) }), String(values));
  assert.ok(!judged({ bars: bars(1), error: new Error('it fell') }));
});

test('the table has a line for each bar, and for what fell', () => {
  const text = table([
    { name: 'loss 1 %', engine: 'chromium', figures: '10 fps', bars: [{ what: 'concealed', value: 0.123, most: 0.3, unit: '%' }, { what: 'back after', value: Infinity, most: 1, unit: 's' }] },
    { name: 'loss 5 %', engine: 'firefox', figures: '', bars: [], error: new Error('it fell\nat home') },
  ]);
  const lines = text.split('\n').slice(2).map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1));
  assert.deepEqual(lines, [
    ['loss 1 %', 'chromium', 'concealed', '0.12 %', '≤ 0.3 %', 'pass', '10 fps'],
    ['loss 1 %', 'chromium', 'back after', 'never', '≤ 1 s', 'MISS', ''],
    ['loss 5 %', 'firefox', '', '', '', 'MISS', 'it fell'],
  ]);
});
