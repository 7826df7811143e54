// What a page says to the server, stopped on its way: for states that a server comes to only after minutes of load.

/** Runs in the page: from now on requests go through window.wire first. */
function tap() {
  const wire = (window.wire = { answers: {}, held: new Map() });
  const native = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const [, id, event] = /^42\/meet,(\d+)\["(\w+)"/.exec(data) ?? [];
    if (event in wire.answers) {
      const answered = () => this.dispatchEvent(new MessageEvent('message', { data: `43/meet,${id}${JSON.stringify([wire.answers[event]])}` }));
      return setTimeout(answered, 50); // no answer comes before its request has gone
    }
    // So many more pass.
    const left = wire.held.get(event);
    if (left === 0) return undefined;
    if (left !== undefined) wire.held.set(event, left - 1);
    return native.call(this, data);
  };
}

/** The page's way to the server: `answer` says what a request gets in place of the server's answer, `hold` lets no more than so many through. */
export class Wire {
  #page;

  static async of(page) {
    const wire = new Wire();
    wire.#page = page;
    await page.evaluate(tap);
    return wire;
  }

  answer(event, data) {
    return this.#page.evaluate((event, data) => void (window.wire.answers[event] = data), event, data);
  }

  hold(event, after) {
    return this.#page.evaluate((event, after) => void window.wire.held.set(event, after), event, after);
  }
}
