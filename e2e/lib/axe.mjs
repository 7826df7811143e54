// Lets axe look at a page: what a screen reader or a keyboard would stumble over, and what is too faint.
import assert from 'node:assert/strict';
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

/** What axe finds in what `part` selects, or in the whole page; `rules` as axe takes them. */
export async function findings(page, { part = null, rules = {} } = {}) {
  await page.evaluate(axe);
  return page.evaluate(
    async (part, rules) => {
      const { violations } = await window.axe.run(part ?? document, { rules });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    },
    part,
    rules,
  );
}

/** Throws if axe finds anything on the page. */
export async function clean(page, where) {
  assert.deepEqual(await findings(page), [], where);
}
