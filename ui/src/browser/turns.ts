/**
 * What the server says, one thing a task. A WebSocket has it so; but the packets of one poll are all handed out before
 * anybody who awaits the first of them has gone on, and the next would be heard by a state that does not know of it yet.
 */
export class Turns {
  /** No longer than what came in one poll. */
  readonly #waiting: (() => void)[] = [];
  /** Timers of hidden tabs are late, its messages are not. */
  readonly #channel = new MessageChannel();
  /** This task has had its turn. */
  #taken = false;

  constructor() {
    this.#channel.port1.onmessage = () => this.#next();
  }

  /** Runs it now, or in a task of its own after those that wait. */
  take(turn: () => void): void {
    if (this.#taken) {
      this.#waiting.push(turn);
      return;
    }
    this.#taken = true;
    this.#channel.port2.postMessage(null);
    turn();
  }

  /** Runs what waits, and has no more tasks. */
  close(): void {
    this.#channel.port1.close();
    for (const turn of this.#waiting.splice(0)) turn();
  }

  #next(): void {
    this.#taken = false;
    const turn = this.#waiting.shift();
    if (turn) this.take(turn);
  }
}
