/** A message as it is after somebody did something to it; the server says the same a moment later. */
import type { Emoji, Message } from "./protocol";

export function edited(message: Message, text: string, at: number): Message {
  return { ...message, text, edited: at };
}

export function erased({ file: _file, reactions: _reactions, ...message }: Message): Message {
  return { ...message, text: "", deleted: true };
}

/** Whether this one has reacted so. */
export function hasReacted(message: Message, emoji: Emoji, who: string): boolean {
  return message.reactions?.some((reaction) => reaction.emoji === emoji && reaction.by.includes(who)) ?? false;
}

/** With the reaction, or without it when it was there. */
export function reacted(message: Message, emoji: Emoji, who: string): Message {
  const known = message.reactions ?? [];
  const reactions = known.some((reaction) => reaction.emoji === emoji) ? known : [...known, { emoji, by: [] }];
  const off = hasReacted(message, emoji, who);
  const changed = reactions.map((reaction) => {
    if (reaction.emoji !== emoji) return reaction;
    return { emoji, by: off ? reaction.by.filter((one) => one !== who) : [...reaction.by, who] };
  });
  return { ...message, reactions: changed.filter(({ by }) => by.length > 0) };
}
