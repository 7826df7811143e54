/** Readers of JSON: each takes a value of any kind and gives one of its own, or throws Malformed with the path of what is wrong. */

/** Says which value was not what the protocol promises, e.g. "participant.tracks.camera: not one of on, off". */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** Reads a value found at `path`, or throws Malformed. */
export type Reader<T> = (value: unknown, path: string) => T;

export const text: Reader<string> = (value, path) => {
  if (typeof value !== "string") throw new Malformed(`${path}: not a string`);
  return value;
};

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new Malformed(`${path}: not a boolean`);
  return value;
};

/** Whole, ≥ 0 and exact: all numbers of the protocol are. */
export const count: Reader<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed(`${path}: not a whole number`);
  }
  return value;
};

export function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (value, path) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new Malformed(`${path}: not one of ${words.join(", ")}`);
    return word;
  };
}

export function list<T>(item: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Malformed(`${path}: not a list`);
    return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
  };
}

export function object<T>(fields: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Malformed(`${path}: not an object`);
    }
    const source = value as Readonly<Record<string, unknown>>;
    const result: Partial<T> = {};
    for (const key in fields) result[key] = fields[key](source[key], `${path}.${key}`);
    return result as T;
  };
}

/** What may be missing. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, path) => (value === undefined ? undefined : read(value, path));
}

/** What may be null. */
export function orNull<T>(read: Reader<T>): Reader<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}
