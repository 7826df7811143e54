/** Backgrounds that people upload. They stay in this browser, and go to nobody but as what is behind a person. */
import { cover, type Scene } from "../lib/backdrop";

export interface Wallpaper {
  readonly number: number;
  readonly picture: Blob;
}

export interface Wallpapers {
  /** Oldest first. Nothing where the browser keeps nothing. */
  list(): Promise<readonly Wallpaper[]>;
  /** Keeps a picture as large as a camera's; null when it is none, or cannot be kept. */
  add(file: Blob): Promise<Wallpaper | null>;
  remove(number: number): Promise<void>;
  /** A scene of ours as a small picture, for choosing it; null where it cannot be painted. */
  scene(scene: Scene): Promise<Blob | null>;
}

/** The largest file that is looked at, in bytes, and how a picture is kept. */
const largest = 30_000_000;
const size = { width: 1280, height: 720 };
const jpeg = { type: "image/jpeg", quality: 0.85 };
const store = "wallpapers";
/** As large as a choice on a sharp screen. */
const choice = { width: 320, height: 200 };

export class KeptWallpapers implements Wallpapers {
  #database: Promise<IDBDatabase> | null = null;

  async list(): Promise<readonly Wallpaper[]> {
    try {
      const kept = await this.#ask<Wallpaper[]>("readonly", (all) => all.getAll());
      return kept.filter(({ picture }) => picture instanceof Blob);
    } catch {
      return []; // a private window, or a full disk
    }
  }

  async add(file: Blob): Promise<Wallpaper | null> {
    try {
      if (file.size > largest) return null;
      const picture = await repainted(file);
      const number = await this.#ask<IDBValidKey>("readwrite", (all) => all.add({ picture }));
      return typeof number === "number" ? { number, picture } : null;
    } catch {
      return null;
    }
  }

  async remove(number: number): Promise<void> {
    await this.#ask("readwrite", (all) => all.delete(number)).catch(() => undefined);
  }

  async scene(scene: Scene): Promise<Blob | null> {
    try {
      const { paintBackdrop } = await import("./background/scenery");
      return await paintBackdrop({ kind: "scene", scene }, choice).convertToBlob(jpeg);
    } catch {
      return null;
    }
  }

  async #ask<Answer>(mode: IDBTransactionMode, question: (all: IDBObjectStore) => IDBRequest): Promise<Answer> {
    const database = await (this.#database ??= opened());
    return answered<Answer>(question(database.transaction(store, mode).objectStore(store)));
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open("noom", 1);
  request.addEventListener("upgradeneeded", () => {
    request.result.createObjectStore(store, { keyPath: "number", autoIncrement: true });
  });
  return answered(request);
}

function answered<Answer>(request: IDBRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result as Answer));
    request.addEventListener("error", () => reject(request.error ?? new Error("not kept")));
  });
}

/** Painted anew: what is kept is a picture of a camera's size and nothing else, whatever was in the file. */
async function repainted(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(size.width, size.height);
  const part = cover(picture, size);
  canvas.getContext("2d")?.drawImage(picture, part.x, part.y, part.width, part.height, 0, 0, size.width, size.height);
  picture.close();
  return canvas.convertToBlob(jpeg);
}
