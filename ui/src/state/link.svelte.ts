import type { Exchange, OpenPeer, Peer, PeerEvent, Slot } from "../browser/peer";
import { Holding } from "../lib/holding";
import { receivesPoorly, sampleOf, sendsPoorly, type Path, type Sample, type Stat } from "../lib/health";

/** What shows and plays what arrives: the page's pictures and sounds. */
export interface Screening {
  addSlots(slots: readonly Slot[]): void;
  clear(): void;
}

/** Judges what the browser measures of a connection. */
export interface Gauge {
  /** Every two seconds. */
  look(stats: readonly Stat[]): void;
  /** The connection is gone: the next one counts from nothing. */
  reset(): void;
}

/** An interruption heals by itself when it is a lost check or two; ICE gives up only after 15–30 s. In ms. */
const patience = 3000;
/** A connection is made in well under a second; after this it is tried anew. In ms. */
const connectTimeout = 8000;
/** New credentials are tried this often before a new connection: it is the server that may have forgotten us. */
const restartsBeforeRenewal = 2;
/** The longest pause between attempts, in ms. */
const longestPause = 30_000;
const healthPause = 2000;
/** Browsers say in several events that the network is another. In ms. */
const networkPause = 300;
/** Looks at the statistics that must agree before a trouble is shown or taken back. */
const agreement = 3;

/** The media connection to the server, kept alive. */
export class Link {
  /** Changes when the connection had to be made anew: everything is to be sent again. */
  peer: Peer | null = $state.raw(null);
  state: "none" | "connecting" | "connected" | "interrupted" = $state("none");
  path: Path | null = $state.raw(null);
  sendsPoorly: boolean = $state(false);
  receivesPoorly: boolean = $state(false);

  readonly #openPeer: OpenPeer;
  readonly #screenings: readonly Screening[];
  readonly #gauge: Gauge | null;
  #holding = new Holding();
  #exchange: Exchange = async () => null;
  /** Offers can be asked now. */
  #reachable = false;
  /** The server has answered the last offer. */
  #agreed = false;
  /** The server has refused it, or did not hear it. */
  #declined = false;
  /** The most pictures that were to be shown at once. */
  #pictures = 0;
  #restarts = 0;
  #attempts = 0;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #newNetwork: ReturnType<typeof setTimeout> | undefined;
  #health: ReturnType<typeof setInterval> | undefined;
  #last: Sample | null = null;
  #poorOut = 0;
  #poorIn = 0;

  constructor(openPeer: OpenPeer, screenings: readonly Screening[], gauge: Gauge | null = null) {
    this.#openPeer = openPeer;
    this.#screenings = screenings;
    this.#gauge = gauge;
  }

  /** The server can be asked: connects, or says again what it did not hear. */
  up(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#reachable = true;
    if (!this.peer) this.renew();
    else if (!this.#agreed) void this.#negotiate(this.#restarts > 0);
  }

  /** I am inside: what the server refused while it had no room for anybody new is offered again now. */
  entered(): void {
    if (!this.#declined) return;
    this.#attempts = 0;
    void this.#negotiate(this.#restarts > 0);
  }

  /** The server cannot be asked: media goes on as long as it does. */
  down(): void {
    this.#reachable = false;
  }

  /** Makes a new connection in place of the one there is. */
  renew(): void {
    this.#drop();
    this.state = "connecting";
    const peer = this.#openPeer(
      (offer) => this.#exchange(offer),
      (event) => {
        if (this.peer === peer || this.peer === null) this.#receive(event);
      },
    );
    this.peer = peer;
    this.#health = setInterval(() => void this.#look(peer), healthPause);
    peer.growTo(this.#pictures);
    void this.#negotiate(false);
  }

  /** Whether my microphone sends music. */
  async setMusic(on: boolean): Promise<void> {
    try {
      if (await this.peer?.setMusic(on)) await this.#negotiate(false);
    } catch (error) {
      console.error("Music could not be set up:", error); // it sounds as a voice does
    }
  }

  /** Makes room for that many pictures. An offer that the server does not hear is made again by up(). */
  async growTo(pictures: number): Promise<void> {
    this.#pictures = Math.max(this.#pictures, pictures);
    if (this.peer?.growTo(pictures)) await this.#negotiate(false);
  }

  /** The network is another: addresses are found anew. */
  networkChanged(): void {
    clearTimeout(this.#newNetwork);
    this.#newNetwork = setTimeout(() => {
      if (!this.peer) return;
      this.#restarts = 0; // it is not the server that has forgotten us
      void this.#restart();
    }, networkPause);
  }

  /** What the browser measures now; null without a connection. */
  async stats(): Promise<readonly Stat[] | null> {
    return this.peer && listed(this.peer);
  }

  close(): void {
    this.#drop();
    clearTimeout(this.#newNetwork);
    this.#reachable = false;
    this.#pictures = 0;
    this.#restarts = 0;
    this.#attempts = 0;
    this.state = "none";
  }

  #receive(event: PeerEvent): void {
    if (event.type === "slots") {
      for (const screening of this.#screenings) screening.addSlots(event.slots);
      return;
    }
    switch (event.state) {
      case "connected":
        this.state = "connected";
        this.#restarts = 0;
        this.#attempts = 0;
        clearTimeout(this.#watchdog);
        if (this.peer) void this.#look(this.peer);
        break;
      case "interrupted":
        this.state = "interrupted";
        this.#watch(patience);
        break;
      case "failed":
        this.state = "interrupted";
        void this.#restart();
        break;
      case "connecting":
        if (this.state !== "interrupted") this.state = "connecting";
    }
  }

  async #restart(): Promise<void> {
    if (this.#reachable && this.#restarts >= restartsBeforeRenewal) {
      this.#restarts = 0;
      return this.renew();
    }
    this.#restarts++;
    await this.#negotiate(true);
  }

  async #negotiate(restart: boolean): Promise<void> {
    const { peer } = this;
    if (!peer) return;
    this.#agreed = this.#declined = false;
    if (!this.#reachable) return; // up() comes back to it
    this.#watch(Math.min(longestPause, connectTimeout * 2 ** this.#attempts++));
    try {
      const agreed = await peer.negotiate({ restart });
      if (peer !== this.peer) return;
      this.#agreed = agreed;
      this.#declined = !agreed;
      if (agreed && this.state === "connected") this.#attempts = 0;
    } catch (error) {
      // An answer that the browser refuses: the watchdog brings a new connection.
      console.error("Negotiation failed:", error);
    }
  }

  /** Tries again unless the connection is there by then. */
  #watch(pause: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      if (this.state !== "connected") void this.#restart();
    }, pause);
  }

  async #look(peer: Peer): Promise<void> {
    const stats = await listed(peer);
    if (peer !== this.peer) return;
    this.#gauge?.look(stats);
    for (const [mid, ms] of this.#holding.look(stats)) peer.hold(mid, ms);
    const sample = sampleOf(stats);
    if (sample.path && this.state === "connected") this.path = sample.path;
    this.#poorOut = agree(this.#poorOut, sendsPoorly(sample));
    this.#poorIn = agree(this.#poorIn, this.#last !== null && receivesPoorly(this.#last, sample));
    this.#last = sample;
    if (Math.abs(this.#poorOut) >= agreement) this.sendsPoorly = this.#poorOut > 0;
    if (Math.abs(this.#poorIn) >= agreement) this.receivesPoorly = this.#poorIn > 0;
  }

  #drop(): void {
    clearTimeout(this.#watchdog);
    clearInterval(this.#health);
    this.peer?.close();
    this.peer = null;
    this.path = null;
    this.#agreed = this.#declined = false;
    this.#last = null;
    this.#holding = new Holding();
    this.#poorIn = this.#poorOut = 0;
    this.sendsPoorly = this.receivesPoorly = false;
    for (const screening of this.#screenings) screening.clear();
    this.#gauge?.reset();
  }
}

async function listed(peer: Peer): Promise<readonly Stat[]> {
  const stats: Stat[] = [];
  (await peer.stats()).forEach((stat: Stat) => stats.push(stat));
  return stats;
}

/** Counts how often in a row the answer was the same: up for yes, down for no. */
function agree(count: number, yes: boolean): number {
  if (yes) return Math.max(0, count) + 1;
  return Math.min(0, count) - 1;
}
