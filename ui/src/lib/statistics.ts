/** Statistics for nerds: what each track does between two looks (W3C webrtc-stats). */
import { pathOf, type Path, type Stat } from "./health";
import { kinds, type Kind, type Network, type TrackNumber } from "./protocol";

/** One reading of the media connection. */
export interface Reading {
  /** In ms, of any clock that does not jump. */
  readonly at: number;
  readonly stats: readonly Stat[];
  /** Which track each receiver's media track carries now, by the media track's id. */
  readonly carried: ReadonlyMap<string, TrackNumber>;
  /** What the server finds of the way here; null: it does not say. */
  readonly way: Network | null;
}

/** What a browser does not tell is null. */
export interface Row {
  readonly id: string;
  /** `VP8`, `opus`. */
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
  /** In bits a second. */
  readonly bitrate: number | null;
  /** Share of packets lost since the look before, or by the server's last report, 0 to 1. */
  readonly loss: number | null;
  /** In ms. */
  readonly jitter: number | null;
}

export interface Sent extends Row {
  readonly kind: Kind;
  /** `q`, `h`, `f` of a camera; "" of what has one layer. */
  readonly layer: string;
  /** In ms. */
  readonly rtt: number | null;
  /** What keeps it smaller than it could be: `bandwidth`, `cpu`; null: nothing. */
  readonly limited: string | null;
}

export interface Received extends Row {
  readonly audio: boolean;
  /** Whose; 0: nobody's at the moment. */
  readonly track: TrackNumber;
}

export interface Statistics {
  readonly path: Path | null;
  /** What the browser thinks fits through, in bits a second. */
  readonly room: number | null;
  /** What the server finds of the way here; null: nothing yet. */
  readonly way: Network | null;
  readonly sent: readonly Sent[];
  readonly received: readonly Received[];
}

const number = (stat: Stat | undefined, key: string): number | null =>
  typeof stat?.[key] === "number" ? stat[key] : null;
const text = (stat: Stat | undefined, key: string): string | null =>
  typeof stat?.[key] === "string" ? stat[key] : null;
const inMs = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds * 1000));

/** Compares two looks; the first one there is has no rates yet. */
export function compare(before: Reading | null, now: Reading): Statistics {
  const old = new Map(before?.stats.map((stat) => [stat["id"], stat]));
  const all = new Map(now.stats.map((stat) => [stat["id"], stat]));
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  const row = (stat: Stat, bytes: string): Omit<Row, "loss" | "jitter"> => ({
    id: String(stat["id"]),
    codec: text(all.get(stat["codecId"]), "mimeType")?.replace(/^\w+\//, "") ?? null,
    width: number(stat, "frameWidth"),
    height: number(stat, "frameHeight"),
    fps: number(stat, "framesPerSecond"),
    bitrate: rate(number(old.get(stat["id"]), bytes), number(stat, bytes), seconds),
  });

  const sent = of(now, "outbound-rtp").map((stat): Sent => {
    const heard = all.get(stat["remoteId"]);
    const limited = text(stat, "qualityLimitationReason");
    return {
      ...row(stat, "bytesSent"),
      kind: kinds[Number(stat["mid"])] ?? "camera",
      layer: text(stat, "rid") ?? "",
      loss: number(heard, "fractionLost"),
      jitter: inMs(number(heard, "jitter")),
      rtt: inMs(number(heard, "roundTripTime")),
      limited: limited === "none" ? null : limited,
    };
  });

  const received = of(now, "inbound-rtp").map((stat): Received => ({
    ...row(stat, "bytesReceived"),
    audio: stat["kind"] === "audio",
    track: now.carried.get(String(stat["trackIdentifier"])) ?? 0,
    loss: lossBetween(old.get(stat["id"]), stat),
    jitter: inMs(number(stat, "jitter")),
  }));

  const pair = now.stats.find((stat) => number(stat, "availableOutgoingBitrate") !== null);
  return {
    path: pathOf(now.stats),
    room: number(pair, "availableOutgoingBitrate"),
    way: now.way?.rate ? now.way : null,
    sent: sent.filter(alive).sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || order(a) - order(b)),
    received: received.filter(alive),
  };
}

function of({ stats }: Reading, type: string): readonly Stat[] {
  return stats.filter((stat) => stat["type"] === type);
}

/** What sends or brings anything; counters that began anew are skipped once. */
function alive({ bitrate }: Row): boolean {
  return bitrate !== null && bitrate > 0;
}

function order({ layer }: Sent): number {
  return "qhf".indexOf(layer);
}

function rate(before: number | null, now: number | null, seconds: number): number | null {
  if (before === null || now === null || seconds <= 0) return null;
  return ((now - before) * 8) / seconds;
}

function lossBetween(before: Stat | undefined, now: Stat): number | null {
  const [lostBefore, lostNow] = [number(before, "packetsLost"), number(now, "packetsLost")];
  const [cameBefore, cameNow] = [number(before, "packetsReceived"), number(now, "packetsReceived")];
  if (lostBefore === null || lostNow === null || cameBefore === null || cameNow === null) return null;
  const lost = Math.max(0, lostNow - lostBefore);
  const all = lost + Math.max(0, cameNow - cameBefore);
  return all === 0 ? null : lost / all;
}
