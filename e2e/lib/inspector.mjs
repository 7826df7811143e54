// Somebody who walks through the page and has axe look at all that opens, in both themes. Chromium only.
import { dress, findings } from './axe.mjs';
import { Viewer } from './viewer.mjs';

/** All that another theme can change. */
const colours = ['color-contrast', 'link-in-text-block'];

export class Inspector extends Viewer {
  looks = 0;
  /** What axe found, and where. */
  found = [];

  /** Sits down at a page of this size, dressed in the dark. */
  static async sit(house, name, { language, viewport }) {
    const person = await house.person(name, 'chromium', { language, viewport });
    await dress(person.page, 'dark');
    return Object.assign(new Inspector(null, person, null, language), { house });
  }

  /** Looks in both themes: by all rules in the dark, and in the light by those that colours can break. */
  async look(where, part) {
    for (const [theme, rules] of Object.entries({ dark: undefined, light: colours })) {
      await dress(this.page, theme);
      const found = await findings(this.page, { part, rules });
      this.found.push(...found.map((one) => `${this.person.name}, ${where}, ${theme}: ${one}`));
    }
    await dress(this.page, 'dark');
    this.looks++;
  }
}
