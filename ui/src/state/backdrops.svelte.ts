import type { Media } from "../browser/media";
import type { Wallpaper, Wallpapers } from "../browser/wallpapers";
import { lookOf, ownNumber, scenes, type Backdrop, type Scene } from "../lib/backdrop";
import type { Preferences } from "./preferences.svelte";

/** More do not help anybody to choose. */
const most = 12;

/** What can be behind me: scenes of ours, and pictures of mine. */
export class Backdrops {
  /** The pictures that were uploaded here, oldest first, with addresses to show them by. */
  own: readonly { readonly number: number; readonly address: string }[] = $state.raw([]);

  /** Addresses of small pictures of the scenes, once they are painted. */
  scenes: Readonly<Partial<Record<Scene, string>>> = $state.raw({});

  readonly #wallpapers: Wallpapers;
  readonly #media: Media;
  readonly #preferences: Preferences;
  readonly #stop: () => void;
  #kept: readonly Wallpaper[] = [];
  #reading: Promise<void> | null = null;
  #painting: Promise<void> | null = null;
  #closed = false;

  constructor(wallpapers: Wallpapers, media: Media, preferences: Preferences) {
    this.#wallpapers = wallpapers;
    this.#media = media;
    this.#preferences = preferences;
    this.#stop = $effect.root(() => {
      $effect(() => void this.#show(preferences.backdrop));
    });
  }

  get full(): boolean {
    return this.own.length >= most;
  }

  /** Reads what was uploaded before; call it when it is to be seen. */
  read(): Promise<void> {
    return (this.#reading ??= this.#wallpapers.list().then((kept) => this.#keep(kept)));
  }

  /** Paints the scenes, one after the other; call it when they are to be chosen from. */
  paint(): Promise<void> {
    return (this.#painting ??= this.#paint());
  }

  choose(backdrop: Backdrop): void {
    this.#preferences.backdrop = backdrop;
  }

  /** Keeps a picture and puts it behind me; false when it cannot be. */
  async upload(file: Blob): Promise<boolean> {
    await this.read();
    if (this.full) return false;
    const added = await this.#wallpapers.add(file);
    if (!added) return false;
    this.#keep([...this.#kept, added]);
    this.choose(`own:${added.number}`);
    return true;
  }

  async remove(number: number): Promise<void> {
    // Hidden all the same: nobody who takes a picture down wants to show the room.
    if (ownNumber(this.#preferences.backdrop) === number) this.choose("strong");
    this.#keep(this.#kept.filter((one) => one.number !== number));
    await this.#wallpapers.remove(number);
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#keep([]);
    for (const address of Object.values(this.scenes)) URL.revokeObjectURL(address);
  }

  async #paint(): Promise<void> {
    for (const scene of scenes) {
      const picture = await this.#wallpapers.scene(scene);
      if (this.#closed) return;
      if (picture) this.scenes = { ...this.scenes, [scene]: URL.createObjectURL(picture) };
    }
  }

  async #show(backdrop: Backdrop): Promise<void> {
    const look = lookOf(backdrop);
    if (look) return this.#media.look(look);
    const number = ownNumber(backdrop);
    if (number === null) return;
    await this.read();
    const kept = this.#kept.find((one) => one.number === number);
    const picture = kept && (await createImageBitmap(kept.picture).catch(() => null));
    if (this.#preferences.backdrop !== backdrop) return picture?.close();
    if (picture) this.#media.look({ kind: "own", picture });
    else this.choose("strong"); // it is gone: the room stays hidden
  }

  #keep(kept: readonly Wallpaper[]): void {
    for (const { address } of this.own) URL.revokeObjectURL(address);
    this.#kept = kept;
    this.own = kept.map(({ number, picture }) => ({ number, address: URL.createObjectURL(picture) }));
  }
}
