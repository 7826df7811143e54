// The page's own words, so that whoever drives it in any language presses what it is called there.
import { readdirSync } from 'node:fs';
import { source } from './source.mjs';

const folder = new URL('../../ui/src/i18n/', import.meta.url);

/** All messages of a language: its files one after the other, without what joins them. */
function read(language) {
  const parts = readdirSync(folder).filter((name) => name.startsWith(`${language}-`));
  const text = [...parts, `${language}.ts`].map((name) => source(`src/i18n/${name}`)).join('\n');
  return new Function(`${text}; return ${language};`)();
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
