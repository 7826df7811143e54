import { createContext } from "svelte";
import type { Key, Translator } from "./translator";

export type { Key };

/** What the components say, in the language that holds now; it follows a change of language. */
export type Words = Pick<Translator, "text" | "has" | "time" | "day" | "date" | "size" | "names">;

/** App.svelte calls setWords; every component below calls getWords. */
export const [getWords, setWords] = createContext<Words>();

/** Words that ask for the translator each time they are used. */
export function follow(translator: () => Translator): Words {
  return {
    text: (key, values) => translator().text(key, values),
    has: (key): key is Key => translator().has(key),
    time: (at) => translator().time(at),
    day: (at, now) => translator().day(at, now),
    date: (at) => translator().date(at),
    size: (bytes) => translator().size(bytes),
    names: (names) => translator().names(names),
  };
}
