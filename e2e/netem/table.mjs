// The results as a table.

/** Whether a bar is held. What was not measured is not. */
const held = ({ value, most }) => value <= most;

/** Whether a scenario is: all its bars are, and there are some. */
export const judged = ({ bars, error }) => !error && bars.length > 0 && bars.every(held);

function shown({ value, unit }) {
  if (value === Infinity) return 'never';
  if (!Number.isFinite(value)) return 'not measured';
  return `${Number.isInteger(value) ? value : value.toFixed(2)} ${unit}`.trim();
}

/** One line a bar, and the figures beside the first. */
export function table(results) {
  const head = ['scenario', 'browser', 'measured', 'value', 'bar', 'result', 'figures'];
  const lines = results.flatMap(({ name, engine, bars, figures, error }) => {
    if (error) return [[name, engine, '', '', '', 'MISS', error.message.split('\n')[0]]];
    return bars.map((bar, n) =>
      [name, engine, bar.what, shown(bar), `≤ ${bar.most} ${bar.unit}`.trim(), held(bar) ? 'pass' : 'MISS', n === 0 ? figures : '']);
  });
  const widths = head.map((_, n) => Math.max(...[head, ...lines].map((line) => line[n].length)));
  const row = (line) => `| ${line.map((cell, n) => (n === line.length - 1 ? cell : cell.padEnd(widths[n]))).join(' | ')} |`;
  const rule = widths.map((width, n) => '-'.repeat(n === widths.length - 1 ? 9 : width + 2)).join('|');
  return [row(head), `|${rule}|`, ...lines.map(row)].join('\n');
}
