/** The media connection: one RTCPeerConnection with the m-lines of PROTOCOL.md, in their order. */
import { kinds, type Kind } from "../lib/protocol";
import { pictureTuning, type Quality } from "../lib/tuning";
import { trimCodecs } from "./codecs";
import {
  audioEncodings,
  cameraEncodings,
  limitTo,
  musicBitrate,
  scalesBySize,
  screenAudioEncodings,
  screenEncodings,
  tuneCamera,
  voiceBitrate,
} from "./layers";
import { forMusic, withRequests, withStereo } from "./stereo";

/** A receive m-line, known once it was offered. */
export interface Slot {
  readonly mid: string;
  readonly kind: "audio" | "video";
  readonly receiver: RTCRtpReceiver;
}

export type PeerEvent =
  | { readonly type: "connection"; readonly state: "connecting" | "connected" | "interrupted" | "failed" }
  /** New slots, in m-line order. */
  | { readonly type: "slots"; readonly slots: readonly Slot[] };

/** Carries an offer to the server and brings its answer, or null when there is none to be had now. */
export type Exchange = (offer: string) => Promise<string | null>;

export interface Peer {
  /** Offers: at first, or again after an exchange failed. `restart` gets new ICE credentials. False: no answer. */
  negotiate(options?: { restart?: boolean }): Promise<boolean>;
  /** Sends this track, or nothing, on the m-line of its kind. No negotiation is needed. */
  send(kind: Kind, track: MediaStreamTrack | null): Promise<void>;
  /** Whether my microphone sends music: in stereo, with room for it. True: it takes effect with the next negotiation. */
  setMusic(on: boolean): Promise<boolean>;
  /** How large my camera's picture is sent. Nothing is negotiated. */
  setQuality(quality: Quality): Promise<void>;
  /** Which layers of my picture anybody has use for, counted from the smallest: only those are sent. Until the track ends. */
  setLayers(kind: Kind, layers: readonly number[]): Promise<void>;
  /** Makes room for that many pictures, at most 50. True: it takes effect with the next negotiation. */
  growTo(videoSlots: number): boolean;
  /** Holds what comes on a slot, by its mid, for so many ms before it is played or shown, at least. Browsers that cannot do not. */
  hold(mid: string, ms: number): void;
  stats(): Promise<RTCStatsReport>;
  close(): void;
}

export type OpenPeer = (exchange: Exchange, sink: (event: PeerEvent) => void) => Peer;

const audioSlots = 4;
/** Slots come in these batches: an idle one costs nothing, an offer costs a few milliseconds (measured). */
const videoBatches = [10, 25, 50] as const;

export const openPeer: OpenPeer = (exchange, sink) => new WebPeer(exchange, sink);

class WebPeer implements Peer {
  readonly #connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
  readonly #senders: ReadonlyMap<Kind, RTCRtpSender>;
  readonly #exchange: Exchange;
  readonly #sink: (event: PeerEvent) => void;
  /** Negotiations happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #announced = new Map<RTCRtpReceiver, string>();
  #videoSlots = 0;
  #music = false;
  #quality: Quality = "hd";
  /** Layers that anybody has use for; all, where nobody has said. */
  readonly #wanted = new Map<Kind, readonly number[]>();
  /** Changes to what is sent of pictures happen one after the other. */
  #tuning: Promise<void> = Promise.resolve();
  /** What the last offer said of it. */
  #offeredMusic: boolean | null = null;
  #closed = false;

  constructor(exchange: Exchange, sink: (event: PeerEvent) => void) {
    this.#exchange = exchange;
    this.#sink = sink;
    this.#senders = new Map(kinds.map((kind) => [kind, this.#addSender(kind)]));
    for (let index = 0; index < audioSlots; index++) this.#addSlot("audio");
    this.#addVideoSlots(videoBatches[0]);
    this.#connection.addEventListener("connectionstatechange", () => this.#changed());
  }

  negotiate(options: { restart?: boolean } = {}): Promise<boolean> {
    const result = this.#turn.then(() => this.#offer(options.restart ?? false));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async send(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    const sender = this.#senders.get(kind);
    if (this.#closed || !sender || sender.track === track) return;
    if (track && kind === "screen") track.contentHint = "detail"; // sharp text before smooth motion
    if (!track || !sender.track) this.#wanted.delete(kind); // another device shows the same people the same
    await sender.replaceTrack(track);
    if (track) await this.#tune(kind);
  }

  setQuality(quality: Quality): Promise<void> {
    this.#quality = quality;
    return this.#tune("camera");
  }

  setLayers(kind: Kind, layers: readonly number[]): Promise<void> {
    this.#wanted.set(kind, layers);
    return this.#tune(kind);
  }

  async setMusic(on: boolean): Promise<boolean> {
    this.#music = on;
    const sender = this.#senders.get("microphone");
    const parameters = sender?.getParameters();
    if (!sender || !parameters || this.#closed) return false;
    for (const encoding of parameters.encodings) encoding.maxBitrate = on ? musicBitrate : voiceBitrate;
    await sender.setParameters(parameters);
    return this.#offeredMusic !== null && this.#offeredMusic !== on;
  }

  #tune(kind: Kind): Promise<void> {
    if (kind !== "camera" && kind !== "screen") return Promise.resolve();
    this.#tuning = this.#tuning
      .then(async () => {
        const sender = this.#senders.get(kind);
        if (!sender || this.#closed) return;
        const parameters = sender.getParameters();
        if (kind === "camera") {
          const source = sender.track?.getSettings().height ?? pictureTuning(this.#quality).height;
          tuneCamera(parameters.encodings, this.#quality, source);
        } else {
          for (const encoding of parameters.encodings) encoding.active = true;
        }
        limitTo(parameters.encodings, this.#wanted.get(kind));
        await sender.setParameters(parameters);
      })
      .catch((error: unknown) => {
        // It is sent larger or smaller than it was to be.
        if (!this.#closed) console.error(`The layers of the ${kind} could not be changed:`, error);
      });
    return this.#tuning;
  }

  growTo(videoSlots: number): boolean {
    if (this.#closed || videoSlots <= this.#videoSlots) return false;
    const wanted = videoBatches.find((batch) => batch >= videoSlots) ?? videoBatches.at(-1) ?? 0;
    if (wanted <= this.#videoSlots) return false;
    this.#addVideoSlots(wanted);
    return true;
  }

  hold(mid: string, ms: number): void {
    const slot = this.#connection.getTransceivers().find((transceiver) => transceiver.mid === mid);
    if (slot) slot.receiver.jitterBufferTarget = ms || null;
  }

  stats(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
  }

  #addSender(kind: Kind): RTCRtpSender {
    const media = kind === "microphone" || kind === "screen-audio" ? "audio" : "video";
    const transceiver = this.#connection.addTransceiver(media, {
      direction: "sendonly",
      sendEncodings: [...encodingsOf(kind)],
    });
    trimCodecs(transceiver, media);
    return transceiver.sender;
  }

  #addSlot(kind: "audio" | "video"): void {
    trimCodecs(this.#connection.addTransceiver(kind, { direction: "recvonly" }), kind);
  }

  #addVideoSlots(total: number): void {
    for (; this.#videoSlots < total; this.#videoSlots++) this.#addSlot("video");
  }

  async #offer(iceRestart: boolean): Promise<boolean> {
    if (this.#closed) return false;
    const music = this.#music;
    const { sdp = "" } = await this.#connection.createOffer({ iceRestart });
    await this.#connection.setLocalDescription({ type: "offer", sdp: withRequests(withStereo(sdp, music)) });
    // Slots are announced before the server knows them, so that none of its words about them comes too early.
    this.#announceSlots();
    const answer = await this.#exchange(this.#connection.localDescription?.sdp ?? "");
    if (this.#closed) return false;
    if (answer === null) {
      // Without this the next offer could not restart ICE or add slots.
      await this.#connection.setLocalDescription({ type: "rollback" });
      return false;
    }
    await this.#connection.setRemoteDescription({ type: "answer", sdp: music ? forMusic(answer) : answer });
    this.#offeredMusic = music;
    // Chromium turns on again, with the answer, layers that were turned off after the offer was made.
    await Promise.all([this.#tune("camera"), this.#tune("screen")]);
    return true;
  }

  /** Says which slots are new, or were renamed because an offer had to be rolled back. */
  #announceSlots(): void {
    const slots: Slot[] = [];
    for (const { mid, receiver } of this.#connection.getTransceivers().slice(kinds.length)) {
      if (mid === null || this.#announced.get(receiver) === mid) continue;
      this.#announced.set(receiver, mid);
      slots.push({ mid, receiver, kind: receiver.track.kind === "audio" ? "audio" : "video" });
    }
    if (slots.length > 0) this.#sink({ type: "slots", slots });
  }

  #changed(): void {
    if (this.#closed) return;
    switch (this.#connection.connectionState) {
      case "connected":
        return this.#sink({ type: "connection", state: "connected" });
      case "disconnected":
        return this.#sink({ type: "connection", state: "interrupted" });
      case "failed":
        return this.#sink({ type: "connection", state: "failed" });
      case "new":
      case "connecting":
        return this.#sink({ type: "connection", state: "connecting" });
      case "closed":
    }
  }
}

function encodingsOf(kind: Kind): readonly RTCRtpEncodingParameters[] {
  switch (kind) {
    case "microphone":
      return audioEncodings;
    case "camera":
      return cameraEncodings(scalesBySize());
    case "screen":
      return screenEncodings;
    case "screen-audio":
      return screenAudioEncodings;
  }
}
