/** A server's made rooms, for tests and the gallery. */
import type { Result } from "../lib/parse";
import { unmade, type Failure, type Role } from "../lib/protocol";
import type { MadeRoom, RoomChange, Rooms } from "./rooms";

export class FakeRooms implements Rooms {
  /** By name; the key to each is `key.of.NAME`, whatever it is called later. */
  readonly kept = new Map<string, MadeRoom & { readonly key: string }>();
  /** What every question is answered with while it is set. */
  failure: Failure | null = null;
  #links = 0;

  async make(name: string): Promise<Result<{ room: string; key: string }>> {
    if (this.failure) return this.#refuse(this.failure);
    if (this.kept.has(name)) return this.#refuse({ code: "conflict", text: "made" });
    const key = `key.of.${name}`;
    const settings = { ...unmade, made: true, lobby: true };
    this.kept.set(name, { room: name, key, settings, createdAt: 1, banned: [], links: [{ id: "key", role: "host" }] });
    return { ok: true, value: { room: name, key } };
  }

  async look(name: string, key: string): Promise<Result<MadeRoom>> {
    return this.#with(name, key, (room) => room);
  }

  async change(name: string, key: string, { name: renamed, settings, unban }: RoomChange): Promise<Result<MadeRoom>> {
    return this.#with(name, key, (room) => {
      const changed = {
        ...room,
        room: renamed ?? room.room,
        settings: { ...room.settings, ...settings, hasPasscode: (settings?.passcode ?? room.settings.passcode) !== "" },
        banned: room.banned.filter(({ who }) => !unban?.includes(who)),
      };
      this.kept.delete(name);
      this.kept.set(changed.room, changed);
      return changed;
    });
  }

  async remove(name: string, key: string): Promise<Result<object>> {
    return this.#with(name, key, () => {
      this.kept.delete(name);
      return {};
    });
  }

  async link(name: string, key: string, role: Role): Promise<Result<{ id: string; key: string }>> {
    return this.#with(name, key, (room) => {
      const id = `l${++this.#links}`;
      this.kept.set(name, { ...room, links: [...room.links, { id, role }] });
      return { id, key: `${id}.${role}` };
    });
  }

  async revoke(name: string, key: string, id: string): Promise<Result<object>> {
    const had = this.kept.get(name)?.links.some((link) => link.id === id);
    if (!had) return this.#refuse(this.failure ?? { code: "not_found", text: "no such link" });
    return this.#with(name, key, (room) => {
      this.kept.set(name, { ...room, links: room.links.filter((link) => link.id !== id) });
      return {};
    });
  }

  #with<T>(name: string, key: string, act: (room: MadeRoom & { key: string }) => T): Result<T> {
    if (this.failure) return this.#refuse(this.failure);
    const room = this.kept.get(name);
    if (room?.key !== key) return this.#refuse({ code: "not_found", text: "no such room" });
    return { ok: true, value: act(room) };
  }

  #refuse(failure: Failure): { ok: false; failure: Failure } {
    return { ok: false, failure };
  }
}
