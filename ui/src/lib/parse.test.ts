import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { Malformed, parseAnswer, parseBatch, parseRefusal, parseServerEvent, type RequestName } from "./parse";

const examples = pathToFileURL(`${process.cwd()}/../protocol/examples/`);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, examples), "utf8"));
const names = (folder: string) => readdirSync(new URL(folder, examples)).map((file) => file.replace(/\.json$/, ""));

describe("every example of a server event", () => {
  it.each(names("server").filter((name) => name !== "batch"))("%s is read and keeps its data", (name) => {
    const data = read(`server/${name}.json`);
    expect(parseServerEvent(name, data)).toEqual({ event: name, data });
  });
});

it("the events of a batch are read one by one", () => {
  const batch = read("server/batch.json") as { events: [string, object][] };
  const events = parseBatch(batch);
  expect(events).toEqual(batch.events);
  for (const [event, data] of events) expect(parseServerEvent(event, data)).toMatchObject({ event, data });
});

describe("every example of an acknowledgement", () => {
  it.each(names("ack").filter((name) => name !== "error"))("%s is read and keeps its data", (name) => {
    const data = read(`ack/${name}.json`) as { ok: boolean };
    const { ok, ...value } = data;
    expect(ok).toBe(true);
    expect(parseAnswer(name.split("-")[0] as RequestName, data)).toEqual({ ok: true, value });
  });

  it("a refusal gives its code and text", () => {
    const data = read("ack/error.json") as { error: unknown };
    expect(parseAnswer("chat", data)).toEqual({ ok: false, failure: data.error });
  });
});

it("a refused connection gives its code and text", () => {
  const { data } = read("connect-error.json") as { data: unknown };
  expect(parseRefusal(data)).toEqual(data);
  expect(parseRefusal(undefined).code).toBe("internal");
});

describe("what is not of the protocol", () => {
  it("is skipped when the event is unknown", () => {
    expect(parseServerEvent("applause", {})).toBeNull();
    expect(parseServerEvent("constructor", {})).toBeNull();
  });

  it.each([
    ["speaker", { speaking: "p1" }, "speaker.speaking: not a list"],
    ["speaker", { speaking: [1] }, "speaker.speaking[0]: not a string"],
    ["left", { id: "p", reason: "bored" }, "left.reason: not one of left, lost, removed"],
    ["slots", { slots: [{ mid: "1", track: 1.5, fromTs: 0 }] }, "slots.slots[0].track: not a whole number"],
    ["slots", { slots: [{ mid: "1", track: -1, fromTs: 0 }] }, "slots.slots[0].track: not a whole number"],
    ["ended", null, "ended: not an object"],
    ["ended", [], "ended: not an object"],
  ])("%s with %j is refused", (name, data, want) => {
    expect(() => parseServerEvent(name, data)).toThrow(new Malformed(want));
  });

  it("loses fields that this page does not know", () => {
    const event = parseServerEvent("left", { id: "p", reason: "left", mood: "fine" });
    expect(event?.data).toEqual({ id: "p", reason: "left" });
  });
});

describe("a batch", () => {
  it("is taken apart into its events, in order", () => {
    const events = [
      ["left", { id: "p", reason: "left" }],
      ["applause", {}],
    ];
    expect(parseBatch({ events })).toEqual(events);
  });

  it.each([
    [{ events: {} }, "batch.events: not a list"],
    [{ events: [["left"]] }, "batch.events[0]: not a pair"],
    [{ events: [[1, {}]] }, "batch.events[0][0]: not a string"],
  ])("%j is refused", (data, want) => {
    expect(() => parseBatch(data)).toThrow(new Malformed(want));
  });
});

it("whoever has to wait learns what for", () => {
  expect(parseAnswer("join", { ok: true, wait: "lobby" })).toEqual({ ok: true, value: { wait: "lobby" } });
  expect(() => parseAnswer("join", { ok: true, wait: "long" })).toThrow(Malformed);
});
