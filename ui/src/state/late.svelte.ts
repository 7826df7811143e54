/** Why a part cannot be had: the server is away, or it is there and this page gets it no more. */
type LateTrouble = "away" | "stale";

/** A part of the page that is loaded when somebody first wants it. */
export class Late<Part> {
  part: Part | null = $state.raw(null);
  trouble: LateTrouble | null = $state(null);
  trying: boolean = $state(false);
  readonly #load: () => Promise<{ readonly default: Part }>;
  readonly #reaches: () => Promise<boolean>;

  constructor(load: () => Promise<{ readonly default: Part }>, reaches: () => Promise<boolean>) {
    this.#load = load;
    this.#reaches = reaches;
  }

  /**
   * Loads it. What fails though the server is there is tried once more. After that, nothing but a new page helps: the
   * server has another version by now, or the browser remembers the failure, as Firefox does.
   */
  async bring(): Promise<void> {
    this.trying = true;
    if (!(await this.#take())) {
      const there = await this.#reaches();
      if (!there || !(await this.#take())) this.trouble = there ? "stale" : "away";
    }
    this.trying = false;
  }

  async #take(): Promise<boolean> {
    try {
      this.part = (await this.#load()).default;
      this.trouble = null;
      return true;
    } catch {
      return false;
    }
  }
}
