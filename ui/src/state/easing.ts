import type { Stat } from "../lib/health";
import { loadOf, Relief } from "../lib/relief";
import type { Gauge } from "./link.svelte";
import type { Preferences } from "./preferences.svelte";
import type { Stage } from "./stage.svelte";

/** Lets the stage show less while this machine has too little time for all of it, if I want that. */
export class Easing implements Gauge {
  readonly #preferences: Preferences;
  readonly #stage: Stage;
  readonly #now: () => number;
  #relief = new Relief();

  constructor(preferences: Preferences, stage: Stage, now: () => number = () => performance.now()) {
    this.#preferences = preferences;
    this.#stage = stage;
    this.#now = now;
  }

  /** What the browser measures now; nothing can be said of a page that nobody looks at. */
  look(stats: readonly Stat[]): void {
    if (!this.#preferences.relief) this.reset();
    else if (this.#stage.watched === "all") this.#relief.take(loadOf(stats, this.#now()));
    this.#stage.allowance = this.#relief.allowance;
  }

  /** Another meeting begins with everything. */
  reset(): void {
    this.#relief = new Relief();
    this.#stage.allowance = null;
  }
}
