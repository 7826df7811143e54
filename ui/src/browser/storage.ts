/** Browser storage that never throws: private windows, full disks and curious hands only make it forgetful. */

export interface Store {
  read(key: string): string | null;
  write(key: string, value: string): void;
  remove(key: string): void;
  /** Tells when another tab has written this, until the returned function is called. */
  watch(key: string, changed: () => void): () => void;
}

/** Opens localStorage or sessionStorage: even naming them throws where cookies are forbidden, so it is done here. */
export function openStore(kind: "local" | "session"): Store {
  const attempt = <T>(act: (storage: Storage) => T): T | null => {
    try {
      return act(kind === "local" ? localStorage : sessionStorage);
    } catch {
      return null;
    }
  };
  return {
    read: (key) => attempt((storage) => storage.getItem(key)),
    write: (key, value) => void attempt((storage) => storage.setItem(key, value)),
    remove: (key) => void attempt((storage) => storage.removeItem(key)),
    watch: (key, changed) => {
      const told = (event: StorageEvent) => {
        if (event.key === key && event.storageArea === attempt((storage) => storage)) changed();
      };
      addEventListener("storage", told);
      return () => removeEventListener("storage", told);
    },
  };
}
