import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openFiles } from "./files";

/** How the server answers: the pieces of a body and the pauses before them, in ms; the last may never end. */
let pieces: readonly { readonly after: number; readonly text: string }[] = [];
let ends = true;
let status = 200;
beforeEach(() => {
  vi.useFakeTimers();
  [ends, status] = [true, 200];
  vi.stubGlobal("fetch", async (_: string, { signal }: { signal: AbortSignal }) => new Response(body(signal), { status }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** As browsers have it: to stop the request ends the body with an error. */
const body = (signal: AbortSignal) =>
  new ReadableStream({
    async start(stream) {
      signal.addEventListener("abort", () => stream.error(signal.reason));
      for (const { after, text } of pieces) {
        await new Promise((resolve) => setTimeout(resolve, after));
        if (signal.aborted) return;
        stream.enqueue(new TextEncoder().encode(text));
      }
      if (ends) stream.close();
    },
  });

const files = () => openFiles(() => ({ room: "team", key: "key" }));
/** What comes of a request within this time. */
async function within<T>(ms: number, request: Promise<T>): Promise<T | "nothing"> {
  const answer = Promise.race([request, new Promise<"nothing">((resolve) => setTimeout(() => resolve("nothing"), ms))]);
  await vi.advanceTimersByTimeAsync(ms);
  return answer;
}

it("a file that stops coming is a lost connection", async () => {
  [pieces, ends] = [[{ after: 0, text: "abc" }], false];
  expect(await within(61_000, files().fetch("f1", "text/plain"))).toMatchObject({ failure: { code: "unreachable" } });
});

it("one that comes slowly may take its time", async () => {
  pieces = Array.from({ length: 5 }, () => ({ after: 50_000, text: "abc" }));
  const answer = await within(251_000, files().fetch("f1", "text/plain"));
  if (answer === "nothing" || !answer.ok) throw new Error("it did not come");
  expect([answer.value.type, await answer.value.text()]).toEqual(["text/plain", "abc".repeat(5)]);
});

it("so is any other answer that stops in its middle", async () => {
  [pieces, ends] = [[{ after: 0, text: '{"ok":' }], false];
  expect(await within(61_000, files().begin("a.txt", 3))).toMatchObject({ failure: { code: "unreachable" } });
});

it("who does not want it any more is told so at once, in its middle too", async () => {
  [pieces, ends] = [[{ after: 0, text: "abc" }], false];
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 10);
  expect(await within(20, files().fetch("f1", "text/plain", stop.signal))).toMatchObject({ failure: { code: "unreachable" } });
});

it("a proxy that does not reach the server is no server that refuses", async () => {
  [pieces, status] = [[{ after: 0, text: "<h1>Bad Gateway</h1>" }], 502];
  expect(await within(10, files().begin("a.txt", 3))).toMatchObject({ failure: { code: "unreachable" } });
});
