import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeFiles } from "../browser/fake-files";
import type { Failure, FileInfo } from "../lib/protocol";
import { SharedFiles, type Shown } from "./shared-files";

const file = (id: string, size = 3): FileInfo => ({ id, name: "a.png", size, type: "image/png" });
const element = {} as Element;
let files: FakeFiles;
let look: (near: boolean) => void;
let pictures: SharedFiles;
let shown: Shown[];
beforeEach(() => {
  files = new FakeFiles();
  shown = [];
  pictures = new SharedFiles(files, (_, sink) => {
    look = sink;
    return () => undefined;
  });
  for (const id of ["f1", "f2"]) files.kept.set(id, { name: "a.png", size: 3, content: new Blob(["abc"]) });
});

afterEach(() => void vi.useRealTimers());

const settle = () => new Promise((resolve) => setTimeout(resolve));
const show = (info: FileInfo) => pictures.show(info, (now) => shown.push(now))(element);

it("a picture is fetched when it comes into view, and not before", async () => {
  show(file("f1"));
  await settle();
  expect(files.addresses.size).toBe(0);
  look(true);
  await settle();
  expect(shown).toEqual(["loading", { address: [...files.addresses][0] }]);
});

it("it is fetched once, however often it is looked at", async () => {
  const stop = show(file("f1"));
  for (const near of [true, false, true]) look(near);
  await settle();
  stop();
  show(file("f1"));
  look(true);
  await settle();
  expect(files.addresses.size).toBe(1);
  expect(shown.at(-1)).toEqual({ address: [...files.addresses][0] });
});

it("large ones that nobody looks at are released, those in view never", async () => {
  const large = 20 * 1024 * 1024;
  show(file("f1", large));
  look(true);
  await settle();
  const first = [...files.addresses][0];
  const stop = show(file("f2", 2 * large));
  look(true);
  await settle();
  expect(files.addresses.size).toBe(2);
  stop();
  expect([...files.addresses]).toEqual([first]);
  pictures.clear();
  expect(files.addresses.size).toBe(0);
});

it("one that cannot be had says so, and is not asked for again because its place goes", async () => {
  const stop = show(file("gone"));
  look(true);
  await settle();
  stop(); // the button that said “loading” makes way for one that says “failed”
  expect(shown).toEqual(["loading", "failed"]);
});

it("out of view and in again while it is on its way, it is held once", async () => {
  show(file("f1", 40 * 1024 * 1024));
  for (const near of [true, false, true]) look(near);
  await settle();
  expect(files.addresses.size).toBe(1);
  look(false);
  expect(files.addresses.size).toBe(0); // too large to be kept for nobody
  expect(shown.at(-1)).toBeNull();
});

it("a server that is busy is asked again when it says, as long as somebody looks", async () => {
  vi.useFakeTimers();
  files.failures.fetch.push(...Array<Failure>(3).fill({ code: "limited", text: "", retry: 2 }));
  show(file("f1"));
  look(true);
  await vi.advanceTimersByTimeAsync(5999);
  expect([shown, files.failures.fetch.length]).toEqual([["loading"], 0]);
  await vi.advanceTimersByTimeAsync(1);
  expect(shown.at(-1)).toEqual({ address: [...files.addresses][0] });

  files.failures.fetch.push(...Array<Failure>(3).fill({ code: "limited", text: "", retry: 2 }));
  show(file("f2"));
  look(true);
  await vi.advanceTimersByTimeAsync(0);
  look(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(files.failures.fetch.length).toBe(2);
});

it("what this page has sent is not fetched", async () => {
  files.addresses.add("blob:mine");
  pictures.adopt(file("f9"), "blob:mine");
  show(file("f9"));
  look(true);
  await settle();
  expect(shown).toEqual([{ address: "blob:mine" }]);
});
