// What a headless browser cannot show, caught on its way out of the page: notes that sound, notifications, the clipboard.
// Each runs in the page before its own scripts: page.evaluateOnNewDocument(catchNotes).

/**
 * Notes of the page's small tunes, as frequencies, into window.notes. Without a sound card Firefox never wakes an audio
 * context, so that no note begins there: window.woken counts how often the page has asked for that.
 */
export function catchNotes() {
  window.notes = [];
  window.woken = 0;
  const resume = AudioContext.prototype.resume;
  AudioContext.prototype.resume = function () {
    window.woken++;
    return resume.apply(this);
  };
  const start = OscillatorNode.prototype.start;
  AudioScheduledSourceNode.prototype.start = function (...when) {
    if (this instanceof OscillatorNode) window.notes.push(Math.round(this.frequency.value));
    return start.apply(this, when);
  };
}

/** The system's notifications into window.notified. The page is in sight until window.lookAway(true). */
export function catchNotifications() {
  window.notified = [];
  window.asked = 0;
  window.Notification = class extends EventTarget {
    static permission = 'default';
    static async requestPermission() {
      window.asked++;
      return (window.Notification.permission = 'granted');
    }
    constructor(title, { body }) {
      super();
      window.notified.push(`${title}: ${body}`);
    }
    close() {}
  };
  let hidden = false;
  Object.defineProperty(document, 'hidden', { get: () => hidden });
  document.hasFocus = () => !hidden;
  window.lookAway = (away) => {
    hidden = away;
    document.dispatchEvent(new Event('visibilitychange'));
  };
}

/** What the page puts on the clipboard into window.copied, the last one last. */
export function catchCopies() {
  window.copied = [];
  navigator.clipboard.writeText = async (text) => void window.copied.push(text);
}
