// A finger on a phone: taps, drags, and looks at whether everything fits the hand and the glass.
import { until } from './server.mjs';

export const phones = {
  'a phone': { width: 360, height: 740 },
  'the smallest phone': { width: 320, height: 568 },
};

/** The viewport of a phone with fingers on it. */
export const touch = (size) => ({ ...size, deviceScaleFactor: 2, isMobile: true, hasTouch: true });

/** Runs before the page's scripts: a phone's two cameras. */
export function twoCameras() {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  const listed = devices.enumerateDevices.bind(devices);
  devices.enumerateDevices = async () => [
    ...(await listed()).filter(({ kind }) => kind !== 'videoinput'),
    ...['user', 'environment'].map((id) => ({ deviceId: id, groupId: id, kind: 'videoinput', label: `${id} camera` })),
  ];
  devices.getUserMedia = async ({ audio, video }) => {
    const stream = await native({ audio: audio ?? false, video: Boolean(video) });
    const way = video?.facingMode?.exact ?? video?.deviceId?.exact ?? 'user';
    for (const track of stream.getVideoTracks()) {
      const settings = track.getSettings.bind(track);
      track.getSettings = () => ({ ...settings(), deviceId: way, facingMode: way });
    }
    return stream;
  };
}

export class Finger {
  constructor(person) {
    this.person = person;
    this.page = person.page;
  }

  /** Taps where the element is, as fingers do: what lies over it gets the tap. */
  async tap(role, name) {
    const element = await this.person.find(role, name);
    await element.scrollIntoView();
    const reached = () => element.evaluate((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return node.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    });
    // In quiet the bar has stepped aside: the first touch brings it back.
    if (!(await reached())) await this.page.touchscreen.tap(4, 200);
    await until(`${name} is within reach`, reached, { within: 5000 });
    await element.tap();
  }

  async write(role, name, text) {
    await this.tap(role, name);
    await this.page.keyboard.type(text);
  }

  /** Drags from a place down by so many pixels, and lets go. */
  async drag(x, y, by) {
    const touched = await this.page.touchscreen.touchStart(x, y);
    for (let step = 1; step <= 5; step++) await touched.move(x, y + (by * step) / 5);
    // Not flung: browsers take the next touch for one that stops what they think still moves.
    await new Promise((done) => setTimeout(done, 250));
    await touched.end();
  }

  /** The system's way back. */
  back() {
    return this.page.evaluate(() => history.back());
  }

  /** Where the element is. */
  async place(selector) {
    return (await this.page.waitForSelector(selector)).boundingBox();
  }

  async gone(selector, what) {
    await until(what, async () => (await this.page.$(selector)) === null, { within: 5000 });
  }

  /** What does not fit: wider than the glass, or smaller than a fingertip. */
  misfits() {
    return this.page.evaluate(() => {
      // Sheets rise for a while: what counts is where they come to.
      for (const one of document.getAnimations()) if (one.effect.getTiming().iterations !== Infinity) one.finish();
      const least = 44; // WCAG 2.5.5, and what phones' makers ask for
      const found = [];
      const say = (element, what) =>
        found.push(`${what}: ${element.tagName.toLowerCase()} “${(element.ariaLabel ?? element.textContent ?? '').trim().slice(0, 40)}”`);
      if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
      const top = document.querySelector('dialog[open]') ?? document.querySelector('[role=menu]') ?? document.body;
      for (const element of top.querySelectorAll('button, input, select, textarea, a[href], [role=tab]')) {
        if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.disabled) continue;
        if (element.type === 'file') continue; // a button of its own opens it
        const target = (element.matches('input.unseen, label input') && element.closest('label')) || element;
        const box = target.getBoundingClientRect();
        if (box.width === 0 || getComputedStyle(target).clipPath !== 'none') continue;
        if (box.left < -0.5 || box.right > innerWidth + 0.5) {
          // What scrolls sideways may go beyond.
          let scroller = target.parentElement;
          while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflowX)) scroller = scroller.parentElement;
          if (!scroller) say(element, 'beyond the edge');
        }
        if (element.tagName !== 'A' && Math.min(box.width, box.height) < least - 0.5) say(element, `${Math.round(box.width)}×${Math.round(box.height)}`);
        const field = element.matches('input:not(.unseen, [type=checkbox], [type=radio]), textarea, select');
        if (field && parseFloat(getComputedStyle(element).fontSize) < 16) say(element, 'iPhones zoom into it');
      }
      return found;
    });
  }
}
