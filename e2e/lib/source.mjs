// The page's own TypeScript, for whoever takes only JavaScript.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ui = new URL('../../ui/', import.meta.url);
const ts = createRequire(ui)('typescript');

/** What a file of the page's TypeScript says, for a browser, which takes none: its exports are just there, and its
 * imports have to be. */
export function source(file) {
  const { outputText } = ts.transpileModule(readFileSync(new URL(file, ui), 'utf8'), { compilerOptions: { target: 'ESNext', module: 'ESNext' } });
  return outputText.replace(/^export /gm, '').replace(/^import .*$/gm, '');
}
