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
  /** The uplink is too narrow even for sound and the smallest picture. */
  readonly narrow: boolean;
}

/** One entry of an RTCStatsReport, of which each browser fills what it knows. */
export type Stat = Readonly<Record<string, unknown>>;

/**
 * A camera's smallest picture and a voice need about 200 kb/s. An uplink that carries less hurts; one that carries only
 * the smaller two pictures of three is nobody's trouble, and the browser's reason for it ("bandwidth") no reason to warn.
 */
const narrowest = 200_000;

/** 0: the browser does not say. */
export const number = (stat: Stat, key: string): number => (typeof stat[key] === "number" ? stat[key] : 0);

export function sampleOf(stats: readonly Stat[]): Sample {
  let received = 0;
  let lost = 0;
  let lostOut = 0;
  let squeezed = false;
  let busy = false; // the machine, not the network, is what is short
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
        squeezed ||= stat["qualityLimitationReason"] === "bandwidth";
        busy ||= stat["qualityLimitationReason"] === "cpu";
    }
  }
  const room = number(pairOf(stats) ?? {}, "availableOutgoingBitrate");
  const narrow = squeezed && !busy && room > 0 && room < narrowest;
  return { path: pathOf(stats), received, lost, lostOut, narrow };
}

/** The pair of addresses in use: the transport names it, or in Firefox the pair says so itself. */
export function pairOf(stats: readonly Stat[]): Stat | undefined {
  const selected = stats.find((stat) => stat["type"] === "transport")?.["selectedCandidatePairId"];
  const pairs = stats.filter((stat) => stat["type"] === "candidate-pair");
  return (
    pairs.find((stat) => stat["id"] === selected) ??
    pairs.find((stat) => stat["selected"] === true) ??
    pairs.find((stat) => stat["nominated"] === true && stat["state"] === "succeeded")
  );
}

export function pathOf(stats: readonly Stat[]): Path | null {
  const pair = pairOf(stats);
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
