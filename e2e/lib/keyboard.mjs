// Nothing but a keyboard: what has the focus is known, seen, and never lost.
import assert from 'node:assert/strict';

// Looked for in the page: Firefox takes seconds for its tree of accessible things while pictures move.
export const shown = (page, selector) => page.waitForSelector(selector);
export const gone = (page, selector) => page.waitForFunction((one) => !document.querySelector(one), { polling: 50 }, selector);

export class Keyboard {
  constructor(person) {
    this.person = person;
    this.page = person.page;
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** What has the focus: its role or tag, its name, and whether eyes can tell. */
  focus() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      // Fields have their ring around what they stand in.
      const around = [element.parentElement, element.parentElement?.parentElement].filter(Boolean).map((one) => getComputedStyle(one));
      const outlined = (look) => Boolean(look) && look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0;
      const box = element.getBoundingClientRect();
      const name = element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
      return {
        role: element.getAttribute('role') ?? element.tagName.toLowerCase(),
        name: name.trim().replace(/\s+/g, ' ').slice(0, 60),
        // Containers that take the focus for what is in them need no ring.
        seen: element.tabIndex < 0 && !element.matches('button, [role=tab]') ? true : outlined(style) || around.some(outlined),
        inSight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      };
    });
  }

  /** Fails unless the focus is somewhere, and seen to be there. */
  async held(where) {
    const focus = await this.focus();
    assert.ok(focus, `${where}: the focus is lost`);
    assert.ok(focus.seen && focus.inSight, `${where}: nobody sees that ${JSON.stringify(focus)} has the focus`);
    return focus;
  }

  /** Tabs on until this one has the focus. */
  async tabTo(name, { most = 60, back = false } = {}) {
    for (let pressed = 0; pressed < most; pressed++) {
      const focus = await this.focus();
      if (focus?.name.startsWith(name)) return this.held(`at ${name}`);
      if (back) await this.page.keyboard.down('Shift');
      await this.press('Tab');
      if (back) await this.page.keyboard.up('Shift');
    }
    throw new Error(`${most} presses of Tab do not lead to ${name}, but to ${JSON.stringify(await this.focus())}`);
  }

  /** Waits until what has the focus is called this. */
  async arrives(name) {
    await this.page.waitForFunction(
      (wanted) => (document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? '').trim().startsWith(wanted),
      { timeout: 10_000 },
      name,
    );
    return this.held(name);
  }
}
