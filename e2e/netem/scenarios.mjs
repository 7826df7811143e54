// The bad networks, and what is asked of a call on each: the bars of the table of faults. A bar is never made softer to be held.
import { again, back, concealed, first, fps, freezes, frozen, heights, rate } from './watch.mjs';

const rest = (ms) => new Promise((done) => setTimeout(done, ms));

/** Half of the round trip of 100 ms, each way. */
const far = { delay: 50 };
const both = (link) => ({ up: { ...far, ...link }, down: { ...far, ...link } });

/** How long receivers may adapt to a fault before they are judged, and for how long they then are. */
const settling = 8000;
const watched = 25_000;

/** A bar: `what` was measured, its `value`, the most that it may be, and its unit. */
const bar = (what, value, most, unit = '') => ({ what, value, most, unit });

const picture = (samples, from, to) => {
  const shown = heights(samples, from, to).map(({ height }) => `${height}p`);
  const repeated = again(samples, from, to);
  return `${fps(samples, from, to).toFixed(1)} fps ${shown.join(' → ') || 'no picture'}, ${freezes(samples, from, to)} freezes`
    + `, frozen ${frozen(samples, from, to).toFixed(1)} %${Number.isFinite(repeated) ? `, ${repeated.toFixed(1)} % sent again` : ''}`;
};

/** What the network did on the way down. */
const lost = ({ down: { sent, lost, copies, late } }) =>
  `link lost ${((100 * lost) / sent).toFixed(1)} % of ${sent} packets${copies + late > 0 ? `, ${late} were late, ${copies} came twice` : ''}`;

/** The control: one who sees the same from near must not notice. */
const control = (good, from, to) => bar('good viewer: concealed', concealed(good, from, to), 0.5, '%');

/** A fault that stays. */
const steady = (link, { sound, still }) => async ({ distance, look }) => {
  await distance.tell(link);
  await rest(settling);
  await distance.tell({});
  const from = Date.now();
  await rest(watched);
  const to = Date.now();
  const counts = await distance.tell({});
  const { bad, good } = await look();
  return {
    bars: [
      bar('concealed', concealed(bad, from, to), sound, '%'),
      ...(still === undefined ? [] : [bar('frozen', frozen(bad, from, to), still, '%')]),
      control(good, from, to),
    ],
    figures: `${picture(bad, from, to)}; ${lost(counts)}`,
  };
};

/** 2.5 Mb/s → 300 → 150 kb/s and back. */
async function narrowing({ distance, look }) {
  const step = (rate) => distance.tell(both({ rate }));
  await step(2_500_000);
  await rest(8000);
  const narrow = Date.now();
  await step(300_000);
  await rest(3000);
  await distance.tell({}); // what waited until now is not counted
  await rest(9000);
  const thin = Date.now();
  const { down } = await step(150_000);
  await rest(12_000);
  const wide = Date.now();
  await step(2_500_000);
  await rest(15_000);
  const end = Date.now();
  const { bad, good } = await look();
  const before = rate(bad, narrow - 5000, narrow);
  const low = heights(bad, narrow, thin).find(({ height }) => height <= 180);
  const shown = heights(good, narrow - 5000, end).map(({ height }) => height);
  return {
    bars: [
      bar('low layer after', low ? (low.at - narrow) / 1000 : Infinity, 2, 's'),
      bar('queue at 300 kb/s, p95', down.wait95, 150, 'ms'),
      bar('concealed at 150 kb/s', concealed(bad, thin, wide), 2, '%'),
      bar('nine tenths of the rate after', first(bad, wide + 1000, (at) => rate(bad, at - 1000, at) >= 0.9 * before) + 1, 10, 's'),
      bar('good viewer: other pictures', shown.length - 1, 0),
      control(good, narrow, end),
    ],
    figures: `${Math.round(before / 1000)} kb/s at first; ${picture(bad, narrow - 5000, end)}; queue at most ${down.waitMax} ms; `
      + `good viewer ${shown.map((height) => `${height}p`).join(' → ')}, frozen ${frozen(good, narrow, end).toFixed(1)} %`,
  };
}

/** Nothing passes for five seconds. */
async function outage({ distance, look, viewer }) {
  await distance.tell(both({}));
  await rest(2000);
  const offers = await viewer.exchanges();
  const cut = Date.now();
  await distance.tell(both({ down: true }));
  await rest(5000);
  const since = Date.now();
  await distance.tell(both({}));
  await rest(6000);
  const end = Date.now();
  const { bad, good } = await look();
  return {
    bars: [
      bar('sound and picture after', back(bad, since), 1, 's'),
      bar('new connections', (await viewer.exchanges()) - offers, 0),
      control(good, cut, end),
    ],
    figures: picture(bad, cut, end),
  };
}

/** The viewer is seen at another address, or at other ports. */
const rebinding = (rebind) => async ({ distance, look, seatsSeen }) => {
  await distance.tell(both({}));
  await rest(2000);
  const since = Date.now();
  await distance.tell({ rebind });
  await rest(10_000);
  const end = Date.now();
  const { bad, good } = await look();
  return {
    bars: [
      bar('sound and picture after', back(bad, since, since + 200), 3, 's'),
      bar('seats too many or too few', Math.abs((await seatsSeen()) - 1), 0),
      control(good, since, end),
    ],
    figures: picture(bad, since, end),
  };
};

/** Every scenario: its row in the table, how it is played, and whether Firefox plays it, too. */
export const scenarios = [
  { name: 'loss 1 %', play: steady(both({ loss: 0.01 }), { sound: 0.3, still: 0.5 }) },
  { name: 'loss 5 %', play: steady(both({ loss: 0.05 }), { sound: 0.5, still: 1 }), firefox: true },
  { name: 'loss 10 %', play: steady(both({ loss: 0.1 }), { sound: 2, still: 3 }), firefox: true },
  { name: 'loss 20 %', play: steady(both({ loss: 0.2 }), { sound: 4, still: 10 }) },
  { name: 'bursts of 4, 5 %', play: steady(both({ loss: 0.05, burst: 4 }), { sound: 3 }), firefox: true },
  { name: 'jitter ± 30 ms', play: steady(both({ jitter: 30 }), { sound: 1 }), firefox: true },
  { name: 'jitter ± 100 ms', play: steady(both({ delay: 100, jitter: 100 }), { sound: 3 }) },
  { name: 'jitter ± 100 ms in order', play: steady(both({ delay: 100, jitter: 100, ordered: true }), { sound: 3 }) },
  { name: 'reordering 5 %, duplicates 5 %', play: steady(both({ late: 0.05, lateBy: 40, copies: 0.05 }), { sound: 1 }), firefox: true },
  { name: '2.5 Mb/s → 300 → 150 kb/s → 2.5', play: narrowing, firefox: true },
  { name: 'outage 5 s', play: outage, firefox: true },
  { name: 'another address', play: rebinding('address'), firefox: true },
  { name: 'other ports', play: rebinding('ports'), firefox: true },
];

/** What a link is between scenarios. */
export const clear = both({});
