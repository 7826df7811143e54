// Finds what a person who hears the page would find: elements by role and accessible name.
//
// Chromium is asked for its own accessibility tree. Firefox answers such questions node by node, which takes seconds in
// a meeting; there the same rules (ARIA, accname) run inside the page, by Testing Library.
import { readFileSync } from 'node:fs';

const rules = readFileSync(new URL('../node_modules/@testing-library/dom/dist/@testing-library/dom.umd.min.js', import.meta.url), 'utf8');

const selector = (role, name) => `::-p-aria([name="${name}"][role="${role}"])`;

/** Runs in the page. Below a modal dialog nothing is within reach; Testing Library does not know that. */
function first(role, name) {
  const modal = [...document.querySelectorAll(':modal')].at(-1);
  const reachable = (element) => !element.closest('[inert]') && (!modal || modal.contains(element));
  return window.TestingLibraryDom.queryAllByRole(document.body, role, { name }).find(reachable) ?? null;
}

/** Makes a page that is still empty ready for the other functions. */
export async function prepare(page, engine) {
  if (engine === 'firefox') await page.evaluateOnNewDocument(rules);
}

/** Waits `timeout` ms for an element. */
export async function find(page, engine, role, name, timeout) {
  if (engine !== 'firefox') return page.waitForSelector(selector(role, name), { timeout });
  try {
    return await page.waitForFunction(first, { timeout, polling: 50 }, role, name);
  } catch (cause) {
    throw new Error(`no ${role} "${name}" within ${timeout} ms`, { cause });
  }
}

/** Whether it is there now. */
export async function sees(page, engine, role, name) {
  const found = engine === 'firefox' ? await page.evaluateHandle(first, role, name) : await page.$(selector(role, name));
  return found?.asElement() != null;
}
