// Draws what the server knows of one peer's network. The server keeps nothing: what has been is remembered here, of all peers,
// so that another one can be chosen afterwards.

const span = 5 * 60_000; // that is drawn, in ms
const every = 1000;
const gap = 5000; // without a sample, for which no line is drawn

/** A value that there is only while the peer tells what arrives; null is nothing. */
const known = (s, value) => (s.estimate > 0 ? value : null);

const charts = [
  { title: 'Rate', unit: 'Mb/s', digits: 2, least: 0.5, lines: [['estimate', (s) => known(s, s.estimate / 1e6)], ['sent', (s) => s.rate]] },
  { title: 'Delay', unit: 'ms', digits: 0, least: 50, lines: [['queue', (s) => known(s, s.queue)], ['round trip', (s) => s.rtt || null]] },
  { title: 'Loss', unit: '%', digits: 1, least: 5, lines: [['lost', (s) => known(s, s.loss * 100)]] },
  {
    title: 'Slots', unit: '', digits: 0, least: 4,
    lines: [
      ['in use', (s) => s.slots], ['pictures, lowest layer', (s) => s.pictures[0]], ['middle', (s) => s.pictures[1]],
      ['highest', (s) => s.pictures[2]], ['resting', (s) => s.resting],
    ],
  },
];

/** Samples by peer, the oldest first. */
const history = new Map();
const select = document.getElementById('peer');
const status = document.getElementById('status');

/** Takes in an answer of the server. */
function take(answer) {
  for (const now of answer.peers) {
    const samples = history.get(now.peer) ?? [];
    const before = samples.at(-1);
    const took = before ? answer.at - before.at : 0;
    if (before && took <= 0) continue; // it has moved between workers, and is told of twice
    const sent = before ? now.sent - before.sent : -1;
    const rate = sent >= 0 && took < gap ? (sent * 8) / took / 1000 : null; // Mb/s
    samples.push({ ...now, at: answer.at, rate });
    history.set(now.peer, samples);
  }
  for (const [peer, samples] of history) {
    while (samples.length > 0 && samples[0].at < answer.at - span) samples.shift();
    if (samples.length === 0) history.delete(peer);
  }
}

/** Lists the peers, and leaves an open list alone while nothing in it changes. */
function list(now) {
  const wanted = [...history].sort(([a], [b]) => a - b).map(([peer, samples]) => {
    const last = samples.at(-1);
    return [String(peer), `${peer} in room ${last.room}${last.at < now ? ' (gone)' : ''}`];
  });
  const chosen = select.value;
  const is = [...select.options].map((o) => [o.value, o.text]);
  if (JSON.stringify(is) === JSON.stringify(wanted)) return;
  select.replaceChildren(...wanted.map(([value, text]) => new Option(text, value)));
  if (wanted.some(([value]) => value === chosen)) select.value = chosen;
}

/** Makes a chart's place in the page. */
function place(chart) {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const title = document.createElement('b');
  title.textContent = chart.title + (chart.unit && `, ${chart.unit}`);
  chart.legend = chart.lines.map((_, i) => {
    const legend = document.createElement('span');
    legend.className = `c${i}`;
    return legend;
  });
  caption.append(title, ...chart.legend);
  chart.canvas = document.createElement('canvas');
  chart.canvas.setAttribute('role', 'img');
  chart.canvas.setAttribute('aria-label', `${chart.title} over the last five minutes; the latest values stand above`);
  figure.append(caption, chart.canvas);
  document.getElementById('charts').append(figure);
}

function draw(chart, samples, now) {
  const { canvas } = chart;
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const to = canvas.getContext('2d');
  to.scale(ratio, ratio);

  const drawn = chart.lines.map(([, of]) => samples.map((s) => ({ at: s.at, value: of(s) })));
  const top = ceiling(Math.max(chart.least, ...drawn.flat().map((p) => p.value ?? 0)));
  const style = getComputedStyle(document.documentElement);
  to.strokeStyle = style.getPropertyValue('--line');
  to.fillStyle = style.getPropertyValue('--faint');
  to.font = '12px system-ui, sans-serif';
  for (const part of [0.5, 1]) {
    const y = Math.round(height - part * (height - 16)) + 0.5;
    to.beginPath();
    to.moveTo(0, y);
    to.lineTo(width, y);
    to.stroke();
    to.fillText(String(+(top * part).toPrecision(3)), 0, y - 3);
  }
  to.lineWidth = 1.5;
  drawn.forEach((points, i) => {
    to.strokeStyle = style.getPropertyValue(`--${i}`);
    to.beginPath();
    let before = null;
    for (const p of points) {
      if (p.value === null) {
        before = null;
        continue;
      }
      const x = width * (1 - (now - p.at) / span);
      const y = height - (p.value / top) * (height - 16);
      if (before === null || p.at - before > gap) to.moveTo(x, y);
      else to.lineTo(x, y);
      before = p.at;
    }
    to.stroke();
    const last = points.at(-1)?.value ?? null;
    chart.legend[i].textContent = `${chart.lines[i][0]} ${last === null ? '–' : last.toFixed(chart.digits)}`;
  });
}

/** The next of 1, 2, 5, 10, 20, 50… that is not below. */
function ceiling(value) {
  const tens = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((n) => n * tens >= value * 0.999) * tens;
}

let latest = 0;

function show() {
  const samples = history.get(Number(select.value)) ?? [];
  for (const chart of charts) draw(chart, samples, latest);
}

async function ask() {
  try {
    const response = await fetch('/peers', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    const answer = await response.json();
    latest = answer.at;
    take(answer);
    list(answer.at);
    say(answer.peers.length === 0 ? 'Nobody is here.' : `${answer.peers.length} here`);
    show();
  } catch (err) {
    say(`The server does not tell: ${err.message}`);
  }
  setTimeout(ask, every);
}

/** Says something new only: screen readers read each change. */
function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

charts.forEach(place);
select.addEventListener('change', show);
window.addEventListener('resize', show);
ask();
