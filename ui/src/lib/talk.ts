/** How a conversation is laid out: messages of one sender in a row stand together under one name and time. */

interface Said {
  readonly id: string;
  readonly from: { readonly id: string; readonly who: string; readonly name: string };
  /** Only this one reads it; absent: everybody. */
  readonly to?: { readonly id: string; readonly who: string } | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Turn<Message extends Said> {
  /** The first message's id: the turn's key. */
  readonly id: string;
  readonly messages: readonly Message[];
  /** The first turn of its day. */
  readonly newDay: boolean;
  /** What follows has not been read. */
  readonly unread: boolean;
}

/** After five minutes of silence a time is worth reading again. */
const pause = 5 * 60_000;

export function turns<Message extends Said>(
  messages: readonly Message[],
  unreadFrom: string | null,
): readonly Turn<Message>[] {
  const found: (Omit<Turn<Message>, "messages"> & { messages: Message[] })[] = [];
  let last: Message | undefined;
  for (const message of messages) {
    const newDay = !last || day(last.at) !== day(message.at);
    const unread = message.id === unreadFrom;
    const goesOn = last && !newDay && !unread && goTogether(last, message) && message.at - last.at < pause;
    if (goesOn) found.at(-1)?.messages.push(message);
    else found.push({ id: message.id, messages: [message], newDay, unread });
    last = message;
  }
  return found;
}

/** Of the same person under the same name, for the same readers. */
function goTogether(a: Said, b: Said): boolean {
  return same(a.from, b.from) && a.from.name === b.from.name && same(a.to, b.to);
}

function same(a: Said["to"], b: Said["to"]): boolean {
  if (!a || !b) return a === b;
  return a.who === "" || b.who === "" ? a.id === b.id : a.who === b.who;
}

function day(at: number): string {
  return new Date(at).toDateString();
}
