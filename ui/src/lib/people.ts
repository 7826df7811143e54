/** The people's list: who stands where in it, and whom a search finds. */
import type { Participant } from "./protocol";

/**
 * Raised hands first, in the order in which they went up; then the others as they are. `hands`: the place of each raised
 * hand, by id.
 */
export function arranged(people: readonly Participant[], hands: ReadonlyMap<string, number>): readonly Participant[] {
  const place = ({ id }: Participant) => hands.get(id) ?? Infinity;
  const raised = people.filter(({ id }) => hands.has(id)).sort((a, b) => place(a) - place(b));
  return raised.length === 0 ? people : [...raised, ...people.filter(({ id }) => !hands.has(id))];
}

/** Those whose name has every word of the search in it, whatever its case or spelling in Unicode. */
export function found(people: readonly Participant[], search: string): readonly Participant[] {
  const words = plain(search).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return people;
  return people.filter(({ name }) => {
    const within = plain(name);
    return words.every((word) => within.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().normalize("NFC");
}
