import type { Insider } from "../lib/protocol";

export interface ChatMessage {
  readonly id: string;
  readonly from: Insider;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly mine: boolean;
  /** `pending` until the server has stored it; `failed`: it was refused, see retry(). */
  readonly state: "sent" | "pending" | "failed";
}

/** The room's chat: what everybody wrote, oldest first, and what I am still sending. */
export class Chat {
  messages: readonly ChatMessage[] = $state.raw([]);
  /** Messages of others since the last markRead(). */
  unread: number = $state(0);
  /** The first unread message's id, for the unread line; stays until the next markRead(). */
  firstUnread: string | null = $state(null);

  /** Sends text, 1–4 000 characters after trimming; longer or empty text is refused with false. */
  send(_text: string): boolean {
    return false;
  }
  /** Sends a failed message again. */
  retry(_id: string): void {}
  /** Drops a failed message. */
  discard(_id: string): void {}
  /** All is read: call when the panel is open and visible. */
  markRead(): void {
    this.unread = 0;
  }
  close(): void {}
}
