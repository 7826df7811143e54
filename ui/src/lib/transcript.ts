/** The chat as a text that people read and keep. */
import type { Words } from "../i18n/words";
import type { Message } from "./protocol";

/** Everything that was said, by day, with names and times in the language of `words`. */
export function transcript(room: string, messages: readonly Message[], now: number, words: Words): string {
  const lines = [words.text("export.title", { room, date: words.date(now), time: words.time(now) })];
  let day = "";
  for (const message of messages) {
    const its = words.date(message.at);
    if (its !== day) lines.push("", its, "");
    day = its;
    lines.push(...entry(message, words));
  }
  return `${lines.join("\r\n")}\r\n`; // as every editor reads it
}

function entry(message: Message, words: Words): string[] {
  const { from, to, at, text, file } = message;
  const name = oneLine(from.name);
  const who = to ? words.text("export.to", { from: name, to: oneLine(to.name) }) : name;
  const edited = message.edited === undefined ? "" : ` (${words.text("chat.edited")})`;
  const head = `[${words.time(at)}] ${who}${edited}:`;
  if (message.deleted) return [`${head} ${words.text("chat.deleted")}`];
  const attached = file && words.text("export.file", { name: oneLine(file.name), size: words.size(file.size) });
  const [first = "", ...more] = [...(text ? text.split(/\r?\n/) : []), ...(attached ? [attached] : [])];
  return [`${head} ${first}`, ...more.map((line) => `    ${line}`)];
}

/** Nobody's name makes it look as if somebody else had spoken. */
const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, " ");
