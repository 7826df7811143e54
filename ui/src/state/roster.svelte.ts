import { type Insider, type Participant, type Snapshot } from "../lib/protocol";
import { withoutParticipant, withParticipant } from "../lib/roster";

/** Who is in the meeting. Call writes it from what the server says; Stage reads it too. */
export class Roster {
  me: Participant | null = $state.raw(null);
  /** The others, in the order they joined. */
  participants: readonly Participant[] = $state.raw([]);
  /** Ids of those who speak, the loudest first. */
  speaking: readonly string[] = $state.raw([]);
  /** Who is in the meeting, while I am in the lobby. */
  inside: readonly Insider[] = $state.raw([]);

  enter(snapshot: Snapshot): void {
    this.me = snapshot.you;
    this.participants = [...snapshot.participants].sort((one, other) => one.seat - other.seat);
    this.speaking = [];
  }

  /** Someone entered, or something about them changed. */
  put(participant: Participant): void {
    if (participant.id === this.me?.id) this.me = participant;
    else this.participants = withParticipant(this.participants, participant);
  }

  /** What I changed about myself: the server tells it to the others only. */
  amend(mine: Partial<Pick<Participant, "name" | "tracks" | "hand">>): void {
    if (this.me) this.me = { ...this.me, ...mine };
  }

  remove(id: string): void {
    this.participants = withoutParticipant(this.participants, id);
    this.speaking = this.speaking.filter((speaker) => speaker !== id);
  }

  clear(): void {
    this.me = null;
    this.participants = [];
    this.speaking = [];
    this.inside = [];
  }
}
