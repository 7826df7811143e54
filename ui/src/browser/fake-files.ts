/** A room's files for tests: a server that keeps them in memory and fails when told to. */
import type { Result } from "../lib/parse";
import type { Failure, FileInfo } from "../lib/protocol";
import type { Files } from "./files";

interface Kept {
  readonly name: string;
  readonly size: number;
  content: Blob;
}

export class FakeFiles implements Files {
  readonly kept = new Map<string, Kept>();
  /** Every piece that came, as `id offset size`. */
  readonly pieces: string[] = [];
  readonly cancelled: string[] = [];
  readonly saved: { readonly content: Blob; readonly name: string }[] = [];
  readonly addresses = new Set<string>();
  /** What the next requests of a kind fail with, in turn. */
  readonly failures: { begin: Failure[]; append: Failure[]; offset: Failure[]; fetch: Failure[] } = {
    ...{ begin: [], append: [], offset: [], fetch: [] },
  };
  /** A piece arrives, but its answer does not. */
  loseAnswers = 0;
  #next = 1;
  #nextAddress = 1;

  async begin(name: string, size: number): Promise<Result<{ file: string }>> {
    const failure = this.failures.begin.shift();
    if (failure) return { ok: false, failure };
    const file = `f${this.#next++}`;
    this.kept.set(file, { name, size, content: new Blob() });
    return { ok: true, value: { file } };
  }

  async append(id: string, offset: number, piece: Blob): Promise<Result<{ offset: number; file?: FileInfo }>> {
    this.pieces.push(`${id} ${offset} ${piece.size}`);
    const failure = this.failures.append.shift();
    if (failure) return { ok: false, failure };
    const kept = this.kept.get(id);
    if (!kept) return { ok: false, failure: { code: "not_found", text: "" } };
    if (offset !== kept.content.size) return { ok: false, failure: { code: "conflict", text: "" } };
    kept.content = new Blob([kept.content, piece]);
    if (this.loseAnswers-- > 0) return { ok: false, failure: { code: "unreachable", text: "" } };
    const whole = kept.content.size === kept.size;
    const file: FileInfo = { id, name: kept.name, size: kept.size, type: "application/octet-stream" };
    return { ok: true, value: { offset: kept.content.size, ...(whole && { file }) } };
  }

  async offset(id: string): Promise<Result<number>> {
    const failure = this.failures.offset.shift();
    if (failure) return { ok: false, failure };
    const kept = this.kept.get(id);
    if (!kept) return { ok: false, failure: { code: "not_found", text: "" } };
    return { ok: true, value: kept.content.size };
  }

  async cancel(id: string): Promise<void> {
    this.cancelled.push(id);
    this.kept.delete(id);
  }

  async fetch(id: string, type: string): Promise<Result<Blob>> {
    const failure = this.failures.fetch.shift();
    if (failure) return { ok: false, failure };
    const kept = this.kept.get(id);
    if (!kept) return { ok: false, failure: { code: "not_found", text: "" } };
    return { ok: true, value: new Blob([kept.content], { type }) };
  }

  addressOf(): string {
    const address = `blob:${this.#nextAddress++}`;
    this.addresses.add(address);
    return address;
  }

  release(address: string): void {
    this.addresses.delete(address);
  }

  save(content: Blob, name: string): void {
    this.saved.push({ content, name });
  }
}
