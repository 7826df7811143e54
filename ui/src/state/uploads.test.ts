import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeFiles } from "../browser/fake-files";
import type { Failure } from "../lib/protocol";
import { Upload } from "./upload.svelte";
import { Uploads } from "./uploads";

const kib = 1024;
const unreachable: Failure = { code: "unreachable", text: "" };
let files: FakeFiles;
let uploads: Uploads;
let failed: number;
beforeEach(() => {
  vi.useFakeTimers();
  [files, uploads, failed] = [new FakeFiles(), new Uploads(() => failed++), 0];
});
afterEach(() => {
  uploads.clear();
  vi.useRealTimers();
});

function upload(size: number, name = "a.bin"): Upload {
  const one = new Upload(new File([new Uint8Array(size)], name), null, files);
  uploads.add(one);
  return one;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

it("a file goes in pieces that grow, and arrives whole", async () => {
  const one = upload(3000 * kib);
  await settle();
  expect(one.state).toBe("stored");
  expect(files.pieces).toEqual([
    `f1 0 ${256 * kib}`,
    `f1 ${256 * kib} ${512 * kib}`,
    `f1 ${768 * kib} ${1024 * kib}`,
    `f1 ${1792 * kib} ${1024 * kib}`,
    `f1 ${2816 * kib} ${184 * kib}`,
  ]);
  expect(await one.finished).toBe("f1");
});

it("several go one after the other", async () => {
  const all = [upload(300 * kib), upload(10), upload(20)];
  await settle();
  expect(all.map(({ state }) => state)).toEqual(["stored", "stored", "stored"]);
  expect(files.pieces.map((piece) => piece.split(" ")[0])).toEqual(["f1", "f1", "f2", "f3"]);
});

describe("after a lost connection", () => {
  it("it goes on where the server says, by itself", async () => {
    files.loseAnswers = 1;
    const one = upload(300 * kib);
    await settle();
    expect([one.state, one.sent]).toEqual(["waiting", 0]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(one.state).toBe("stored");
    expect(files.pieces[1]).toBe(`f1 ${256 * kib} ${44 * kib}`); // what had arrived does not go again
  });

  it("it goes on at once when the connection is back, and the others wait their turn", async () => {
    files.failures.append.push(unreachable);
    const [one, two] = [upload(10), upload(10)];
    await settle();
    expect([one.state, two.state]).toEqual(["waiting", "queued"]);
    uploads.resume();
    await settle();
    expect([one.state, two.state]).toEqual(["stored", "stored"]);
  });

  it("the pauses grow while the server is away", async () => {
    files.failures.begin.push(...Array<Failure>(3).fill(unreachable));
    const one = upload(10);
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 3999);
    expect(one.state).toBe("waiting");
    await vi.advanceTimersByTimeAsync(1);
    expect(one.state).toBe("stored");
  });

  it("it begins anew when the server has forgotten it", async () => {
    files.loseAnswers = 1;
    const one = upload(300 * kib);
    await settle();
    files.kept.clear();
    await vi.advanceTimersByTimeAsync(1000);
    expect(one.state).toBe("stored");
    expect(await one.finished).toBe("f2");
  });
});

it("too many at once wait as long as the server says", async () => {
  files.failures.begin.push({ code: "limited", text: "", retry: 5 });
  const one = upload(10);
  await vi.advanceTimersByTimeAsync(4999);
  expect(one.state).toBe("waiting");
  await vi.advanceTimersByTimeAsync(1);
  expect(one.state).toBe("stored");
});

it("one that the server has whole, but had to leave for later, is not stored before it says so", async () => {
  files.loseAnswers = 1;
  const one = upload(10);
  await settle();
  files.failures.append.push({ code: "limited", text: "", retry: 7 });
  await vi.advanceTimersByTimeAsync(1000);
  expect([one.state, one.sent]).toEqual(["waiting", 10]);
  await vi.advanceTimersByTimeAsync(7000);
  expect(one.state).toBe("stored");
  expect(files.pieces).toEqual(["f1 0 10", "f1 10 0", "f1 10 0"]);
});

it("a refused one says why, lets the next one pass and can be tried again", async () => {
  files.failures.begin.push({ code: "full", text: "" });
  const [one, two] = [upload(10), upload(10)];
  await settle();
  expect([one.state, one.failure?.code, two.state]).toEqual(["failed", "full", "stored"]);
  expect(failed).toBe(1);
  uploads.retry(one);
  await settle();
  expect(one.state).toBe("stored");
});

it("a server that never agrees is not asked for ever", async () => {
  files.failures.append.push(...Array<Failure>(50).fill({ code: "conflict", text: "" }));
  const one = upload(10);
  await settle();
  expect(one.state).toBe("failed");
  expect(files.pieces.length).toBeLessThan(10);
});

it("a cancelled one sends no more, and the server forgets it", async () => {
  files.failures.append.push(unreachable);
  const one = upload(10);
  await settle();
  one.cancel();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([one.state, files.pieces.length, files.cancelled]).toEqual(["cancelled", 1, ["f1"]]);
  expect(await one.finished).toBeNull();
});

it("a file that cannot be read any more says so, and lets the next one pass", async () => {
  const gone = new File(["x"], "gone.txt");
  gone.slice = () => Object.assign(new Blob(["x"]), { arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) });
  const one = new Upload(gone, null, files);
  uploads.add(one);
  const two = upload(10);
  await settle();
  expect([one.state, one.unreadable, two.state, failed]).toEqual(["failed", true, "stored", 1]);
  expect(files.pieces.map((piece) => piece.split(" ")[0])).toEqual(["f2"]);
});
