/** Whole seconds until a moment, for who has to wait before trying again. */
export class Countdown {
  /** 0: the time has come. */
  left: number = $state(0);
  #timer: ReturnType<typeof setInterval> | undefined;

  start(seconds: number): void {
    this.stop();
    this.left = seconds;
    if (seconds <= 0) return;
    const end = Date.now() + seconds * 1000; // timers of hidden tabs are late, clocks are not
    this.#timer = setInterval(() => {
      this.left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      if (this.left === 0) clearInterval(this.#timer);
    }, 500);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.left = 0;
  }
}
