// The page's own words, so that whoever drives it in any language presses what it is called there.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ui = new URL('../../ui/', import.meta.url);
const ts = createRequire(ui)('typescript');
const folder = new URL('src/i18n/', ui);

/** All messages of a language: its files one after the other, without what joins them. */
function read(language) {
  const parts = readdirSync(folder).filter((name) => name.startsWith(`${language}-`));
  const source = [...parts, `${language}.ts`].map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: 'ESNext', module: 'ESNext' } });
  return new Function(`${outputText.replace(/^import .*$/gm, '').replace(/^export /gm, '')}; return ${language};`)();
}

/** Says a text of the page in this language: `say('people.admit')`, `say('people.act', { name })`. */
export function wordsOf(language) {
  const messages = read(language);
  const plurals = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const message = messages[key];
    if (message === undefined) throw new Error(`the page has no text ${key}`);
    const form = typeof message === 'string' ? message : (message[plurals.select(values.count)] ?? message.other);
    return form.replace(/\{(\w+)\}/g, (blank, name) => String(values[name] ?? blank));
  };
}
