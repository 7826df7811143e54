import { askAgain, sleep } from "../lib/again";
import type { Failure, Snapshot, Wait } from "../lib/protocol";
import type { Ask } from "./meeting.svelte";
import type { Preferences } from "./preferences.svelte";

/** What came of asking to come in. `nothing`: nobody answered, or I left meanwhile; the next connection asks again. */
export type Entered = Snapshot | "waiting" | "refused" | "nothing";

/** A trouble that takes longer is told: who waits believes that hosts see them. In ms. */
const aMoment = 10_000;

/** My way into the meeting: asking, waiting to be let in, being refused. */
export class Entry {
  /** What I wait for, after being asked to wait. */
  wait: Wait | null = $state(null);
  /** The last refusal by the server: of connecting, of joining. */
  failure: Failure | null = $state.raw(null);
  /** Into the meeting as soon as the server is there: after a click on Join, a reload or Rejoin. */
  bound = false;
  /** What I want to be called; remembered once the server has taken it. "": as before. */
  name = "";
  passcode = "";
  /** Counts what I asked and gave up: a late answer is none. */
  #turn = 0;

  readonly #ask: Ask;
  readonly #preferences: Preferences;

  constructor(ask: Ask, preferences: Preferences) {
    this.#ask = ask;
    this.#preferences = preferences;
  }

  /** `back`: to a seat, or a place in the queue, that I had; a server that is in trouble for a moment is asked for it again. */
  async enter(back: boolean): Promise<Entered> {
    this.failure = null;
    const { passcode } = this;
    const name = this.name || this.#preferences.name;
    const turn = ++this.#turn;
    const result = await this.#ask("join", { ...(name && { name }), ...(passcode && { passcode }) });
    if (turn !== this.#turn) return "nothing";
    if (!result.ok) {
      if (result.failure.code === "unreachable") return "nothing";
      const pause = back ? askAgain(result.failure, Math.random()) : null;
      if (pause !== null && pause <= aMoment) {
        await sleep(pause);
        return turn === this.#turn ? this.enter(back) : "nothing";
      }
      this.bound = false;
      this.wait = null;
      this.failure = result.failure;
      return "refused";
    }
    this.bound = true;
    this.#preferences.name = name;
    this.name = "";
    this.wait = "wait" in result.value ? result.value.wait : null;
    return "wait" in result.value ? "waiting" : result.value;
  }

  /** I left. A refusal stays, for the Left screen to tell, and so does the passcode, for coming back. */
  leave(): void {
    this.#turn++;
    this.bound = false;
    this.wait = null;
  }

  /** The room is another. */
  forget(): void {
    this.leave();
    this.failure = null;
    this.name = "";
    this.passcode = "";
  }
}
