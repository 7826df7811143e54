import type { Media, Meter } from "../browser/media";
import { TalkDetector } from "../lib/loudness";
import { SilenceWatch } from "../lib/silence";

/** Ten levels a second look alive and cost nothing. In ms. */
const pause = 100;

/** Listens to my own microphone: how loud, does somebody talk, is it dead. */
export class Hearing {
  /** The loudness of what is sent now, 0 (silent) to 1; it is 0 while there is no open microphone. */
  level: number = $state(0);
  /** Somebody talks into the microphone, muted or not. */
  talking: boolean = $state(false);
  /** The microphone is open and gives nothing at all. */
  dead: boolean = $state(false);

  readonly #media: Media;
  readonly #now: () => number;
  readonly #talk = new TalkDetector();
  readonly #silence = new SilenceWatch();

  constructor(media: Media, now: () => number = Date.now) {
    this.#media = media;
    this.#now = now;
  }

  /** Follows the device's track and what is made of it, until the returned function is called. */
  follow(raw: MediaStreamTrack | null, made: MediaStreamTrack | null): (() => void) | undefined {
    this.#talk.forget();
    this.#silence.forget();
    this.level = 0;
    this.talking = this.dead = false;
    if (!raw || !made) return undefined;
    // Loudness is that of what the others hear; death shows in what the device gives.
    const device = this.#media.meter(raw);
    const voice = made === raw ? device : this.#media.meter(made);
    const timer = setInterval(() => this.#listen(raw, device, voice), pause);
    return () => {
      clearInterval(timer);
      device.close();
      if (voice !== device) voice.close();
      this.level = 0;
      this.talking = this.dead = false;
    };
  }

  #listen(raw: MediaStreamTrack, device: Meter, voice: Meter): void {
    this.level = voice.level();
    this.talking = this.#talk.hear(this.level);
    this.dead = this.#silence.hear({ peak: device.peak(), muted: raw.muted }, this.#now());
  }
}
