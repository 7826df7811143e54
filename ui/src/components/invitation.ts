import { Translator, type Locale } from "../i18n/translator";
import type { Page } from "../state/page";

/** The text of an invitation in the guests' language: the room, its plain link, and the passcode if there is one. */
export function invitation(language: Locale, room: string, link: string, passcode: string): string {
  const words = new Translator(language);
  const lines = [words.text("invite.text", { room, link })];
  if (passcode) lines.push(words.text("invite.passcode", { passcode }));
  lines.push("", words.text("invite.end"));
  return lines.join("\n");
}

/** Whether I give others the whole invitation: inside, hosts do. Without the passcode a link leads nowhere. */
export function invites({ call, meeting }: Pick<Page, "call" | "meeting">): boolean {
  return meeting.hosting && call.me !== null;
}

/** Copies the invitation, or the link for those who do not have more to give; false when the browser does not let us. */
export function copyInvitation(page: Page): Promise<boolean> {
  const { app, call, meeting, preferences } = page;
  if (!invites(page)) return app.copyLink();
  return app.copy(invitation(preferences.language, call.room, app.link, meeting.settings.passcode));
}
