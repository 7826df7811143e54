/**
 * What happened, gathered for ears: a screen reader that is told of each of two hundred arrivals says nothing else
 * for minutes. Names are gathered until somebody takes them.
 */
import type { Emoji } from "./protocol";

/** Something that several people did. `others` did it too and are not named. */
export interface Happening {
  readonly what: "joined" | "left" | "sharing" | "hand" | Emoji;
  readonly names: readonly string[];
  readonly others: number;
}

/** More names than this in one sentence nobody follows. */
const mostNames = 3;
const mostNamesOfReactions = 1;

export class Gathering {
  readonly #done = new Map<Happening["what"], string[]>();

  /** Somebody did this. */
  add(what: Happening["what"], name: string): void {
    // Who comes and goes at once was hardly there.
    const undone = what === "joined" ? "left" : what === "left" ? "joined" : undefined;
    if (undone && this.#remove(undone, name)) return;
    const names = this.#done.get(what) ?? [];
    // Five claps of one person are applause by one person.
    if (names.includes(name) && what !== "joined" && what !== "left") return;
    this.#done.set(what, [...names, name]);
  }

  /** All that was gathered; the gathering is empty afterwards. */
  take(): readonly Happening[] {
    const happenings = [...this.#done].map(([what, names]) => {
      const most = ["joined", "left", "sharing", "hand"].includes(what) ? mostNames : mostNamesOfReactions;
      const named = names.length <= most + 1 && most > 1 ? names : names.slice(0, most);
      return { what, names: named, others: names.length - named.length };
    });
    this.#done.clear();
    return happenings;
  }

  #remove(what: Happening["what"], name: string): boolean {
    const names = this.#done.get(what) ?? [];
    const index = names.indexOf(name);
    if (index < 0) return false;
    if (names.length === 1) this.#done.delete(what);
    else this.#done.set(what, names.toSpliced(index, 1));
    return true;
  }
}
