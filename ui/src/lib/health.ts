/** How a media connection fares, from its statistics (W3C webrtc-stats). */

export interface Path {
  readonly kind: "udp" | "tcp" | "relay";
  /** Round trip in milliseconds. */
  readonly rtt: number;
}

/** Running sums of one look at the statistics. */
export interface Sample {
  readonly path: Path | null;
  /** Packets that came and that did not, since the connection began. */
  readonly received: number;
  readonly lost: number;
  /** Share of my packets that the server misses, 0 to 1, by its last report. */
  readonly lostOut: number;
  /** The browser sends smaller pictures because the uplink is narrow. */
  readonly narrow: boolean;
}

/** One entry of an RTCStatsReport, of which each browser fills what it knows. */
export type Stat = Readonly<Record<string, unknown>>;

const number = (stat: Stat, key: string): number => (typeof stat[key] === "number" ? stat[key] : 0);

export function sampleOf(stats: readonly Stat[]): Sample {
  let received = 0;
  let lost = 0;
  let lostOut = 0;
  let narrow = false;
  for (const stat of stats) {
    switch (stat["type"]) {
      case "inbound-rtp":
        received += number(stat, "packetsReceived");
        lost += number(stat, "packetsLost");
        break;
      case "remote-inbound-rtp":
        lostOut = Math.max(lostOut, number(stat, "fractionLost"));
        break;
      case "outbound-rtp":
        narrow ||= stat["qualityLimitationReason"] === "bandwidth";
    }
  }
  return { path: pathOf(stats), received, lost, lostOut, narrow };
}

/** The path in use: the transport names it, or in Firefox the pair says so itself. */
export function pathOf(stats: readonly Stat[]): Path | null {
  const selected = stats.find((stat) => stat["type"] === "transport")?.["selectedCandidatePairId"];
  const pairs = stats.filter((stat) => stat["type"] === "candidate-pair");
  const pair =
    pairs.find((stat) => stat["id"] === selected) ??
    pairs.find((stat) => stat["selected"] === true) ??
    pairs.find((stat) => stat["nominated"] === true && stat["state"] === "succeeded");
  if (!pair) return null;
  const local = stats.find((stat) => stat["type"] === "local-candidate" && stat["id"] === pair["localCandidateId"]);
  return { kind: kindOfPath(local), rtt: Math.round(number(pair, "currentRoundTripTime") * 1000) };
}

function kindOfPath(local: Stat | undefined): Path["kind"] {
  if (local?.["candidateType"] === "relay") return "relay";
  return local?.["protocol"] === "tcp" ? "tcp" : "udp";
}

/** A share of lost packets beyond which speech suffers although lost packets are sent again. */
const poor = 0.08;
/** Fewer packets than this say nothing about loss. */
const enough = 50;

/** Whether receiving was poor between two samples. */
export function receivesPoorly(before: Sample, after: Sample): boolean {
  const lost = Math.max(0, after.lost - before.lost);
  const all = lost + Math.max(0, after.received - before.received);
  return all >= enough && lost / all > poor;
}

export function sendsPoorly(sample: Sample): boolean {
  return sample.lostOut > poor || sample.narrow;
}
