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

/** Longer without a sign of life is a connection that nobody has noticed to be lost, in ms. A piece takes its time on 2G. */
const patience = 60_000;
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
      const answer = await call(`/${id}`, { method: "HEAD" });
      if (!answer) return unreachable;
      const { response } = answer;
      // An answer to HEAD has no body that could say more.
      if (response.status === 404) return { ok: false, failure: { code: "not_found", text: "" } };
      const offset = Number(response.headers.get("Upload-Offset") ?? NaN);
      if (response.ok && Number.isSafeInteger(offset)) return { ok: true, value: offset };
      return { ok: false, failure: { code: "internal", text: `HEAD: ${response.status}` } };
    },
    cancel: async (id) => void (await call(`/${id}`, { method: "DELETE" })),
    fetch: async (id, type, stop) => {
      const answer = await call(`/${id}`, {}, stop);
      if (!answer) return unreachable;
      if (!answer.response.ok) return { ok: false, failure: parseFileRefusal(await json(answer.body)) };
      return { ok: true, value: new Blob([answer.body], { type }) };
    },
    addressOf: (content) => URL.createObjectURL(content),
    release: (address) => URL.revokeObjectURL(address),
    save,
  };
};

const unreachable = { ok: false, failure: { code: "unreachable", text: "no answer" } } as const;

/** What came, whole. */
interface Answer {
  readonly response: Response;
  readonly body: Blob;
}

/** Proxies say these of a server that is not there. */
const absent: readonly number[] = [502, 503, 504];

async function ask(
  access: Access | null,
  path: string,
  init: RequestInit,
  stop?: AbortSignal,
): Promise<Answer | null> {
  if (!access) return null;
  const enough = new AbortController();
  const abort = () => enough.abort();
  let timer = setTimeout(abort, patience);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(abort, patience);
  };
  stop?.addEventListener("abort", abort);
  try {
    if (stop?.aborted) return null;
    const response = await fetch(`/api/rooms/${encodeURIComponent(access.room)}/files${path}`, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${access.key}` },
      signal: enough.signal,
      cache: "no-store", // private messages' files leave no trace in the browser's cache
    });
    if (absent.includes(response.status)) return null;
    return { response, body: await whole(response, alive) };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", abort);
  }
}

/** Reads all of a body; `alive` hears of each part that comes. */
async function whole(response: Response, alive: () => void): Promise<Blob> {
  const parts: BlobPart[] = [];
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    alive();
    parts.push(part.value);
  }
  return new Blob(parts);
}

async function read<E extends keyof FileAnswers>(answer: Answer | null, what: E): Promise<Result<FileAnswers[E]>> {
  if (!answer) return unreachable;
  const body = await json(answer.body);
  return answer.response.ok ? parseFileAnswer(what, body) : { ok: false, failure: parseFileRefusal(body) };
}

async function json(body: Blob): Promise<unknown> {
  try {
    return JSON.parse(await body.text());
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
