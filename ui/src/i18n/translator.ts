import { en, type Key, type Message, type Messages } from "./en";
import { ko } from "./ko";

export type Locale = "en" | "ko";
export type { Key };

/** The languages, each by its own name. */
export const locales: readonly { readonly id: Locale; readonly name: string }[] = [
  { id: "ko", name: "한국어" },
  { id: "en", name: "English" },
];

const messages: Record<Locale, Messages> = { en, ko };

/** Translator says everything the page says, in one language: texts, dates, lists. It never changes. */
export class Translator {
  readonly locale: Locale;
  readonly #messages: Messages;
  readonly #plurals: Intl.PluralRules;
  readonly #clock: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #list: Intl.ListFormat;
  readonly #number: Intl.NumberFormat;
  readonly #fullDate: Intl.DateTimeFormat;

  constructor(locale: Locale) {
    this.locale = locale;
    this.#messages = messages[locale];
    this.#plurals = new Intl.PluralRules(locale);
    this.#clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.#date = new Intl.DateTimeFormat(locale, { weekday: "long", month: "long", day: "numeric" });
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
    this.#list = new Intl.ListFormat(locale, { type: "conjunction" });
    this.#number = new Intl.NumberFormat(locale);
    this.#fullDate = new Intl.DateTimeFormat(locale, { dateStyle: "full" });
  }

  /** The text of a key, with its `{blanks}` filled; `count` also chooses the plural form. */
  text(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
    return this.#form(this.#messages[key], values["count"]).replace(/\{(\w+)\}/g, (blank, name: string) => {
      const value = values[name];
      if (value === undefined) return blank;
      return typeof value === "number" ? this.#number.format(value) : value;
    });
  }

  /** Whether there is a text of this name. */
  has(key: string): key is Key {
    return Object.hasOwn(this.#messages, key);
  }

  #form(message: Message, count: string | number | undefined): string {
    if (typeof message === "string") return message;
    if (typeof count !== "number") return message.other;
    return this.#plurals.select(count) === "one" ? (message.one ?? message.other) : message.other;
  }

  /** The time of day, of milliseconds since 1970. */
  time(at: number): string {
    return this.#clock.format(at);
  }

  /** The day as people call it on the day `now`: today, yesterday, else weekday and date. */
  day(at: number, now: number): string {
    const days = startOfDay(at) - startOfDay(now);
    const whole = Math.round(days / 86_400_000); // a day with a clock change has 23 or 25 hours
    return whole === 0 || whole === -1 ? capital(this.#relative.format(whole, "day")) : this.#date.format(at);
  }

  /** The day in full, whatever day it is today. */
  date(at: number): string {
    return this.#fullDate.format(at);
  }

  /** How large a file is: “3 kB”, “2.4 MB”. */
  size(bytes: number): string {
    const mega = bytes >= 999_500;
    const form = { style: "unit", unitDisplay: "short", maximumFractionDigits: mega ? 1 : 0 } as const;
    const unit = mega ? "megabyte" : "kilobyte";
    return new Intl.NumberFormat(this.locale, { ...form, unit }).format(mega ? bytes / 1e6 : Math.ceil(bytes / 1000));
  }

  /** Names as a sentence lists them: “Mina, Juno and Lee”. */
  names(names: readonly string[]): string {
    return this.#list.format(names);
  }
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
