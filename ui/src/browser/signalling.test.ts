import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openSignalling, type Signalling } from "./signalling";

const example = (path: string) => readFileSync(`${process.cwd()}/../protocol/examples/${path}`, "utf8").replace(/\n */g, " ");
const hello = `40/meet,{"sid":"a"}\x1e42/meet,["session",${example("server/session.json")},0]`;

/** A server behind a proxy that lets no WebSocket through: what it says to one packet comes with one poll. */
class PollingServer {
  answer: (packet: string) => string | null = () => null;
  connects = 0;
  readonly #http: Server = createServer((request, response) => {
    if (request.method === "GET") return this.#poll(request.url ?? "", response);
    request.setEncoding("utf8").on("data", (packets: string) => packets.split("\x1e").forEach((one) => this.#hear(one)));
    request.on("end", () => response.end("ok"));
  });
  #said: string[] = [];
  #waiting: ServerResponse | null = null;

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#http.listen(0, "localhost", done));
    const { port } = this.#http.address() as AddressInfo;
    vi.stubGlobal("location", { protocol: "http:", host: `localhost:${port}`, hostname: "localhost", port: String(port) });
  }

  stop(): void {
    this.#http.closeAllConnections();
    this.#http.close();
    vi.unstubAllGlobals();
  }

  #hear(packet: string): void {
    if (packet.startsWith("40/meet,")) this.connects++;
    const said = this.answer(packet);
    if (said === null) return;
    if (this.#waiting) this.#waiting.end(said);
    else this.#said.push(said);
    this.#waiting = null;
  }

  #poll(url: string, response: ServerResponse): void {
    if (!url.includes("sid=")) {
      this.#waiting?.end(); // a poll of the connection before
      this.#waiting = null;
      response.end('0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100000}');
      return;
    }
    const said = this.#said.shift();
    if (said === undefined) this.#waiting = response;
    else response.end(said);
  }
}

/** This machine may be busy. */
const until = (there: () => boolean) => vi.waitUntil(there, { timeout: 4000 });

let server: PollingServer;
let signalling: Signalling | undefined;
beforeEach(async () => {
  server = new PollingServer();
  await server.start();
});
afterEach(() => {
  signalling?.close();
  server.stop();
});

/** Opens a conversation and notes what it hears. */
function listen(): string[] {
  const heard: string[] = [];
  signalling = openSignalling(
    () => ({ room: "team", name: "Ann" }),
    (said) => heard.push(said.type === "server" ? said.event.event : said.type),
  );
  return heard;
}

it("an event that comes with an answer in one poll is heard once the answer has been taken in", async () => {
  server.answer = (packet) => {
    if (packet.startsWith("40/meet,")) return hello;
    const number = /^42\/meet,(\d+)/.exec(packet)?.[1];
    const answer = `43/meet,${number}[${example("ack/join.json")}]`;
    return number === undefined ? null : `${answer}\x1e42/meet,["joined",${example("server/joined.json")},1]`;
  };
  const heard = listen();
  await until(() => heard.includes("session"));
  const result = await signalling?.request("join", {});
  for (let round = 0; round < 20; round++) await Promise.resolve(); // who asked is not the one who listens
  heard.push(`join ${result?.ok}`);
  await until(() => heard.includes("joined"));
  expect(heard).toEqual(["session", "join true", "joined"]);
});

it("a server in trouble is asked again when it says so, and one that means it is not", async () => {
  const refusals = [
    '44/meet,{"message":"Later.","data":{"code":"limited","text":"Later.","retry":1}}',
    hello,
    '44/meet,{"message":"No.","data":{"code":"forbidden","text":"No.","reason":"banned"}}',
  ];
  server.answer = (packet) => (packet.startsWith("40/meet,") ? (refusals.shift() ?? null) : null);
  const heard = listen();
  await until(() => heard.includes("down"));
  const since = Date.now();
  await until(() => heard.includes("session"));
  expect(Date.now() - since).toBeGreaterThan(900);
  expect([heard, server.connects]).toEqual([["down", "session"], 2]);
  signalling?.close();
  const refused = listen();
  await until(() => refused.length > 0);
  expect(refused).toEqual(["refused"]);
});

it("what was said before closing still reaches the server", async () => {
  const packets: string[] = [];
  server.answer = (packet) => {
    packets.push(packet);
    return packet.startsWith("40/meet,") ? hello : null;
  };
  const heard = listen();
  await until(() => heard.includes("session"));
  const answered = signalling?.request("leave", {});
  signalling?.close();
  await until(() => packets.some((packet) => packet.includes('["leave",{}]')));
  expect(await answered).toMatchObject({ ok: false, failure: { code: "unreachable" } });
  expect(heard).toEqual(["session"]); // and nothing more is heard
});
