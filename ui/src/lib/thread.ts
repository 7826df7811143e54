/** The room's stored messages as a list in the order of their seq. Nothing here changes a list; each gives a new one. */
import type { Message } from "./protocol";

type Thread = readonly Message[];

export function findMessage(thread: Thread, seq: number): Message | undefined {
  const at = placeOf(thread, seq);
  return thread[at]?.seq === seq ? thread[at] : undefined;
}

/** With this message in its place; the same list when it is there already. */
export function withMessage(thread: Thread, message: Message): Thread {
  const at = placeOf(thread, message.seq);
  return thread[at]?.seq === message.seq ? thread : thread.toSpliced(at, 0, message);
}

/** With the message of this seq as it is now; the same list when it is not there. */
export function withChanged(thread: Thread, message: Message): Thread {
  const at = placeOf(thread, message.seq);
  return thread[at]?.seq === message.seq ? thread.with(at, message) : thread;
}

/** With an older page before it; what is known stays. */
export function withOlder(thread: Thread, page: Thread): Thread {
  const first = thread[0]?.seq ?? Infinity;
  return [...page.filter((message) => message.seq < first), ...thread];
}

/**
 * With the newest part of the room's chat as the server has it now. `whole` is false when messages between the two are
 * missing: then only the new part is there.
 */
export function withNewest(thread: Thread, newest: Thread): { readonly thread: Thread; readonly whole: boolean } {
  const from = newest[0]?.seq;
  if (from === undefined) return { thread, whole: true }; // a room that is just waking up recalls its chat a little later
  const last = thread.at(-1)?.seq;
  if (last === undefined || last < from) return { thread: newest, whole: false };
  return { thread: [...thread.filter((message) => message.seq < from), ...newest], whole: true };
}

/** Where a message of this seq stands or would stand. */
function placeOf(thread: Thread, seq: number): number {
  let [low, high] = [0, thread.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((thread[middle]?.seq ?? Infinity) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
