/** The files of a room's chat over HTTP: sent in pieces, so that a lost connection costs one of them, and fetched. */
import { parseFileAnswer, parseFileRefusal, type FileAnswers, type Result } from "../lib/parse";

/** What lets me at a room's files: somebody inside is known by the key of the session. */
export interface Access {
  readonly room: string;
  readonly key: string;
}

/** Requests never reject. Without a connection, or when it stalls, the failure is `unreachable`. */
export interface Files {
  /** Announces a file; what comes back is its id. */
  begin(name: string, size: number): Promise<Result<FileAnswers["begin"]>>;
  /** Sends a piece; `file` comes with the last one. `conflict`: the server has another number of bytes, see offset(). */
  append(id: string, offset: number, piece: Blob, stop: AbortSignal): Promise<Result<FileAnswers["append"]>>;
  /** How many bytes the server has. */
  offset(id: string): Promise<Result<number>>;
  /** The server may forget a file that no message carries. */
  cancel(id: string): Promise<void>;
  /** The content. Its type is `type`, whatever the server said. */
  fetch(id: string, type: string, stop?: AbortSignal): Promise<Result<Blob>>;
  /** An address at which this page finds the content, until it is released. */
  addressOf(content: Blob): string;
  release(address: string): void;
  /** Puts it among the user's downloads. */
  save(content: Blob, name: string): void;
}

/** Opens the files of the room I am in. `access` is asked with every request; null: I am in none. */
export type OpenFiles = (access: () => Access | null) => Files;

/** Longer without an answer is a connection that nobody has noticed to be lost, in ms. A piece takes its time on 2G. */
const answerTimeout = 60_000;
/** A browser has begun to save by then, in ms. */
const saved = 60_000;

export const openFiles: OpenFiles = (access) => {
  const call = (path: string, init: RequestInit, stop?: AbortSignal) => ask(access(), path, init, stop);
  return {
    begin: async (name, size) => {
      const body = JSON.stringify({ name, size });
      return read(await call("", { method: "POST", body, headers: { "Content-Type": "application/json" } }), "begin");
    },
    append: async (id, offset, piece, stop) => {
      const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
      return read(await call(`/${id}`, { method: "PATCH", body: piece, headers }, stop), "append");
    },
    offset: async (id) => {
      const response = await call(`/${id}`, { method: "HEAD" });
      if (!response) return unreachable;
      // An answer to HEAD has no body that could say more.
      if (response.status === 404) return { ok: false, failure: { code: "not_found", text: "" } };
      const offset = Number(response.headers.get("Upload-Offset") ?? NaN);
      if (response.ok && Number.isSafeInteger(offset)) return { ok: true, value: offset };
      return { ok: false, failure: { code: "internal", text: `HEAD: ${response.status}` } };
    },
    cancel: async (id) => void (await call(`/${id}`, { method: "DELETE" })),
    fetch: async (id, type, stop) => {
      const response = await call(`/${id}`, {}, stop);
      if (!response) return unreachable;
      if (!response.ok) return { ok: false, failure: parseFileRefusal(await json(response)) };
      const content = await response.arrayBuffer().catch(() => null);
      return content ? { ok: true, value: new Blob([content], { type }) } : unreachable;
    },
    addressOf: (content) => URL.createObjectURL(content),
    release: (address) => URL.revokeObjectURL(address),
    save,
  };
};

const unreachable = { ok: false, failure: { code: "unreachable", text: "no answer" } } as const;

async function ask(
  access: Access | null,
  path: string,
  init: RequestInit,
  stop?: AbortSignal,
): Promise<Response | null> {
  if (!access) return null;
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), answerTimeout);
  const abort = () => enough.abort();
  stop?.addEventListener("abort", abort);
  try {
    if (stop?.aborted) return null;
    return await fetch(`/api/rooms/${encodeURIComponent(access.room)}/files${path}`, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${access.key}` },
      signal: enough.signal,
      cache: "no-store", // private messages' files leave no trace in the browser's cache
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", abort);
  }
}

async function read<E extends keyof FileAnswers>(response: Response | null, what: E): Promise<Result<FileAnswers[E]>> {
  if (!response) return unreachable;
  const body = await json(response);
  return response.ok ? parseFileAnswer(what, body) : { ok: false, failure: parseFileRefusal(body) };
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), saved);
}
