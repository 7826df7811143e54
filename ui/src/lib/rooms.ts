/** Names of rooms: which are allowed, how they stand in addresses, and how to make one up. */

/** Longest name, in characters (code points). */
const longest = 64;

/**
 * The one spelling of a room's name: NFC, lower case, spaces as hyphens. null when it is no name: only letters
 * and digits of any script that are drawn, `-`, `_` and `.` are allowed, and dots alone would be swallowed by the
 * address. The server has the same rule (meeting.RoomName).
 */
export function canonicalRoom(typed: string): string | null {
  const name = typed.normalize("NFC").trim().toLowerCase().normalize("NFC").replace(/\s+/gu, "-");
  if (!/^[\p{L}\p{Nd}\p{M}\-_.]+$/u.test(name) || /\p{DI}/u.test(name)) return null;
  if (/^\.+$/u.test(name)) return null;
  return [...name].length <= longest ? name : null;
}

/** The address of a room on this site. */
export function roomPath(name: string): string {
  return `/r/${encodeURIComponent(name)}`;
}

/** The room that an address path names, canonical; null when it names none. */
export function roomOfPath(path: string): string | null {
  const match = /^\/r\/([^/]+)\/?$/.exec(path);
  if (!match?.[1]) return null;
  try {
    return canonicalRoom(decodeURIComponent(match[1]));
  } catch {
    return null; // a lone % is no encoding
  }
}

/** The room that someone typed or pasted: a name, or a link to a room of the site at `origin`, with or without its scheme. */
export function roomOfText(typed: string, origin: string): string | null {
  const link = withoutScheme(typed.trim());
  const site = `${withoutScheme(origin)}/`;
  if (!link.startsWith(site)) return canonicalRoom(typed);
  return roomOfPath(link.slice(site.length - 1).replace(/[?#].*$/su, ""));
}

function withoutScheme(address: string): string {
  return address.replace(/^https?:\/\//iu, "");
}

const consonants = "bdfghjklmnprstvz"; // 16: four bits each
const vowels = "aiou"; // 4: two bits each

/**
 * A name no one can guess and people can read out: four words like "lusab" of 16 bits each, 64 bits in all
 * (the letters of Wilkerson's proquints, arXiv:0901.4016). `random` fills an array, like crypto.getRandomValues.
 */
export function randomRoom(random: (words: Uint16Array<ArrayBuffer>) => void): string {
  const words = new Uint16Array(4);
  random(words);
  return [...words].map(spell).join("-");
}

function spell(word: number): string {
  const consonant = (shift: number) => consonants[(word >> shift) & 15] ?? "";
  const vowel = (shift: number) => vowels[(word >> shift) & 3] ?? "";
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0);
}

/** A link to a room: with a key in its fragment, which no server is ever sent, it gives power there. */
export function roomLink(origin: string, name: string, key?: string): string {
  return origin + roomPath(name) + (key === undefined ? "" : `#k=${key}`);
}

/** Keys are base64url with a dot in them; ten times what they are long is no key. */
const keyPattern = /^#k=([A-Za-z0-9_\-.]{1,512})$/;

/** The key that an address's fragment carries; null when it carries none. */
export function keyOfFragment(fragment: string): string | null {
  return keyPattern.exec(fragment)?.[1] ?? null;
}

/** The key in a link that was typed or pasted. */
export function keyOfText(typed: string): string | null {
  return keyOfFragment(/#.*$/su.exec(typed.trim())?.[0] ?? "");
}
