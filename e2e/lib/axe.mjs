// axe looks at a page as it is now: at a desk and on a phone, in the dark and in the light, without a reload.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** All that another theme can change. */
const colours = ['color-contrast', 'link-in-text-block'];

const glasses = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1, mobile: false },
  phone: { width: 360, height: 740, deviceScaleFactor: 1, mobile: true },
};
/** What the bars around the page are to look like, as the page's first colour. */
const bars = { dark: 'rgb(15, 17, 21)', light: ['rgb(244, 245, 242)', 'rgb(233, 235, 232)'] };

/** What axe finds in what this selects, or in the whole page. */
export async function findings(page, part = null, only = null) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe);
  return page.evaluate(
    async (part, run) => {
      for (const animation of document.getAnimations()) {
        if (animation.effect?.getTiming().iterations !== Infinity) animation.finish(); // nothing may be half faded in
      }
      const rules = { 'target-size': { enabled: true } };
      const { violations } = await window.axe.run(part ?? document, { ...run, rules: run.runOnly.type === 'tag' ? rules : {}, resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    },
    part,
    { runOnly: only ? { type: 'rule', values: only } : { type: 'tag', values: tags } },
  );
}

/** Somebody whose page is looked at. Chromium only: the other engine cannot be told what to emulate. */
export class Inspector {
  /** What was found, and where. */
  found = [];

  /** `person` must have been seated with `viewport: null`: two emulations would quarrel. */
  static async of(person) {
    const inspector = new Inspector();
    inspector.page = person.page;
    inspector.devtools = await person.page.createCDPSession();
    // The page's policy forbids scripts that are not its own; axe is the test's.
    await person.page.setBypassCSP(true);
    await inspector.#take('desktop');
    await inspector.#dress('dark');
    return inspector;
  }

  async #take(glass) {
    await this.devtools.send('Emulation.setDeviceMetricsOverride', glasses[glass]);
    await this.devtools.send('Emulation.setTouchEmulationEnabled', { enabled: glass === 'phone' });
  }

  #dress(theme) {
    return this.devtools.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: theme }, { name: 'prefers-reduced-motion', value: 'reduce' }],
    });
  }

  #painted() {
    return this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  /**
   * Looks at the whole page or at the part of it that has just come: by all rules in the dark, and in the light by those
   * of colours.
   */
  async look(where, part = null) {
    const began = Date.now();
    const say = (what) => this.found.push(`${where}, ${what}`);
    for (const glass of Object.keys(glasses)) {
      await this.#take(glass);
      await this.#painted();
      if (part && !(await this.page.$eval(part, (node) => node.checkVisibility()))) continue;
      for (const theme of glass === 'phone' ? ['dark'] : ['dark', 'light']) { // a phone's colours are those of the desk
        await this.#dress(theme);
        await this.#painted();
        const found = await findings(this.page, part, theme === 'light' ? colours : null);
        for (const one of found) say(`${glass}, ${theme}: ${one}`);
        const bar = await this.page.$eval('meta[name=theme-color]', (meta) => meta.content);
        if (!bars[theme].includes(bar)) say(`${theme}: the bars around the page are ${bar}`);
      }
      await this.#dress('dark');
    }
    await this.#take('desktop');
    if (process.env.TIMES) console.log(`${Date.now() - began} ms ${where}`);
  }
}
