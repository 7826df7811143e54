import { Translator, type Locale } from "../i18n/translator";

/** The text of an invitation in the guests' language: the room, its plain link, and the passcode if there is one. */
export function invitation(language: Locale, room: string, link: string, passcode: string): string {
  const words = new Translator(language);
  const lines = [words.text("invite.text", { room, link })];
  if (passcode) lines.push(words.text("invite.passcode", { passcode }));
  lines.push("", words.text("invite.end"));
  return lines.join("\n");
}
