/** The names of people, by the server's rule (meeting.PersonName); protocol/names.txt has examples. */

/** Characters. */
const longest = 40;
/** More marks above and below one letter reach over the lines around. */
const mostMarks = 4;

/** U+2800 is a letter of Braille without a dot. */
const white = /[\p{White_Space}\u2800]/u;
const joiner = /\p{Join_Control}/u;
const joined = /[\p{So}\p{Sk}\p{M}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}]/u;
const variation = /\p{Variation_Selector}/u;
const varied = /[\p{So}\p{Sm}\p{Script=Han}\p{Script=Mongolian}\p{Script=Myanmar}]/u;
/** What leaves no trace of its own, marks of direction among it; half a surrogate pair is nothing. */
const unseen = /[\p{Cc}\p{Cs}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Variation_Selector}]/u;
const mark = /\p{M}/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * A name as the others will see it: white space is one space, and what nobody sees, as it comes along when a name is
 * copied, is left out. "" is none: nothing to be seen, or too long.
 */
export function personName(text: string): string {
  const name = seen(text.normalize("NFC")).normalize("NFC");
  return visible.test(name) && [...name].length <= longest ? name : "";
}

/** What joins emoji and letters, or says how one is drawn, stays where it does so. */
function seen(text: string): string {
  let [name, last, marks] = ["", " ", 0];
  for (const character of text) {
    const blank = white.test(character);
    const stays = (joiner.test(character) && joined.test(last)) || (variation.test(character) && varied.test(last));
    if (!blank && !stays) {
      if (unseen.test(character)) continue;
      if (!mark.test(character)) marks = 0;
      else if (++marks > mostMarks) continue;
    }
    if (blank) marks = 0;
    last = blank ? " " : character;
    name += last;
  }
  return name.replace(/ +/g, " ").trim();
}
