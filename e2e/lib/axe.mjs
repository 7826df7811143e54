// Lets axe look at a page: what a screen reader or a keyboard would stumble over, and what is too faint.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Dresses a page in a theme, with nothing half faded in, and lets in a script that is not its own. */
export async function dress(page, theme) {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: theme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.setBypassCSP(true);
}

/** Runs in the page: what axe finds in what `part` selects, or null if there is no axe yet. */
async function run(part, options) {
  if (!window.axe) return null;
  const whole = { ...options, rules: options.runOnly ? {} : { 'target-size': { enabled: true } } }; // it is not by itself
  const { violations } = await window.axe.run(part ?? document, whole);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** What axe finds in what `part` selects, or in the whole page; by `rules` alone, or by all. */
export async function findings(page, { part = null, rules } = {}) {
  const look = () => page.evaluate(run, part, { resultTypes: ['violations'], runOnly: rules });
  return (await look()) ?? (await page.evaluate(axe), await look());
}
