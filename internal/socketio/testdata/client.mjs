// Scenarios that the Go tests run the official client through: node client.mjs SCENARIO URL. Exit status 0 means that it
// went as it should. Lines on stdout are for the Go test that drives the scenario.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Manager, io } from "socket.io-client";

const [scenario, url] = process.argv.slice(2);
const polling = { transports: ["polling"] };
const webSocket = { transports: ["websocket"] };
let waiting = ""; // for what, when a scenario takes too long
const lines = createInterface({ input: process.stdin });
const order = () => once(lines, "line");

// until resolves with the arguments of the next event.
const until = (socket, event) => new Promise((resolve) => socket.once(event, (...args) => resolve(args)));

async function connect(options = {}, namespace = "/") {
  const socket = io(url + namespace, { forceNew: true, ...options });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
}

// ask emits and resolves with all arguments of the acknowledgement (emitWithAck resolves with the first only).
const ask = (socket, event, ...args) => new Promise((resolve) => socket.emit(event, ...args, (...answer) => resolve(answer)));

// exercise goes through everything a connected socket can do.
async function exercise(socket) {
  assert.deepEqual(await ask(socket, "echo", 1, "zwei", { three: [3, null] }, "한국어 🎥"), [1, "zwei", { three: [3, null] }, "한국어 🎥"]);
  assert.deepEqual(await ask(socket, "echo"), []);

  const bytes = Buffer.from([0, 1, 2, 0x1e, 255]);
  const [name, first, second] = await ask(socket, "binary", "attached", bytes, new Uint8Array([7, 8, 9]));
  assert.equal(name, "attached");
  assert.deepEqual([...new Uint8Array(first)], [...bytes]);
  assert.deepEqual([...new Uint8Array(second)], [7, 8, 9]);

  socket.once("question", (text, answer) => answer("an answer to " + text, 42));
  assert.deepEqual(await ask(socket, "ask", "question", "who?"), ["an answer to who?", 42]);

  socket.once("binary question", (data, answer) => answer(Buffer.from(data).reverse()));
  const [reversed] = await ask(socket, "ask binary", Buffer.from([1, 2, 3]));
  assert.deepEqual([...new Uint8Array(reversed)], [3, 2, 1]);

  socket.once("silence", () => {});
  assert.deepEqual(await ask(socket, "ask", "silence"), ["context deadline exceeded"]);
  await assert.rejects(socket.timeout(50).emitWithAck("never answered"), /timed out/);
}

// burst sends n events at once and waits for all their acknowledgements, in order.
async function burst(socket, n) {
  const answers = [];
  for (let i = 0; i < n; i++) answers.push(ask(socket, "echo", i));
  assert.deepEqual(await Promise.all(answers), Array.from({ length: n }, (_, i) => [i]));
}

const scenarios = {
  async websocket() {
    const socket = await connect(webSocket);
    assert.equal(socket.io.engine.transport.name, "websocket");
    await exercise(socket);
    await burst(socket, 1000);
    socket.disconnect();
  },

  async polling() {
    const socket = await connect(polling);
    await exercise(socket);
    assert.equal(socket.io.engine.transport.name, "polling");
    socket.disconnect();
  },

  async burst() {
    const socket = await connect(polling);
    await burst(socket, 5000);
    socket.disconnect();
  },

  // Messages flow both ways all the time while the transport changes; each must arrive once and in order.
  async upgrade() {
    for (let round = 0; round < 10; round++) {
      const socket = io(url, { forceNew: true, transports: ["polling", "websocket"] });
      const received = [];
      socket.on("tick", (n) => received.push(n));
      let upgrades = 0;
      socket.io.once("open", () => socket.io.engine.on("upgrade", () => upgrades++));
      socket.emit("tick me", 400);
      const answers = [];
      for (let i = 0; i < 400; i++) {
        answers.push(ask(socket, "echo", i));
        if (i % 8 === 0) await new Promise(setImmediate);
      }
      assert.deepEqual(await Promise.all(answers), Array.from({ length: 400 }, (_, i) => [i]));
      while (received.length < 400) await until(socket, "tick");
      assert.deepEqual(received, Array.from({ length: 400 }, (_, i) => i));
      while (upgrades === 0) await ask(socket, "echo");
      assert.equal(socket.io.engine.transport.name, "websocket");
      socket.disconnect();
    }
  },

  async namespaces() {
    const manager = new Manager(url, webSocket);
    const root = manager.socket("/");
    const team = manager.socket("/team", { auth: { token: "let me in" } });
    await Promise.all([until(root, "connect"), until(team, "connect")]);
    assert.notEqual(root.id, team.id);
    assert.deepEqual(await ask(team, "auth"), [{ token: "let me in" }]);

    const [[missing], [refused]] = await Promise.all(
      ["/nowhere", "/team refused"].map((name) => until(manager.socket(name), "connect_error")),
    );
    assert.equal(missing.message, "Invalid namespace");
    assert.equal(refused.message, "not you");
    assert.deepEqual(refused.data, { code: "forbidden" });

    // One namespace comes and goes without the other.
    team.disconnect();
    assert.deepEqual(await ask(root, "echo", "still here"), ["still here"]);
    team.connect();
    await until(team, "connect");
    root.emit("leave me");
    const [reason] = await until(root, "disconnect");
    assert.equal(reason, "io server disconnect");
    assert.deepEqual(await ask(team, "echo", "still here"), ["still here"]);
    manager._close();
  },

  async rooms() {
    const [a, b, c] = await Promise.all([connect(webSocket), connect(polling), connect()]);
    const heard = { a: [], b: [], c: [] };
    a.on("said", (...args) => heard.a.push(args));
    b.on("said", (...args) => heard.b.push(args));
    c.on("said", (...args) => heard.c.push(args));
    for (const socket of [a, b]) await ask(socket, "join", "green");
    await ask(a, "say", "green", "to the others in green");
    await ask(c, "say", "green", "from outside");
    await ask(c, "say", "", "to all but me");
    await ask(b, "leave", "green");
    await ask(c, "say", "green", "only a is left");
    await ask(c, "say", "", "last");
    while (heard.b.at(-1)?.[0] !== "last") await until(b, "said");
    while (heard.a.at(-1)?.[0] !== "last") await until(a, "said");
    assert.deepEqual(heard.a.flat(), ["from outside", "to all but me", "only a is left", "last"]);
    assert.deepEqual(heard.b.flat(), ["to the others in green", "from outside", "to all but me", "last"]);
    assert.deepEqual(heard.c, []);
    for (const socket of [a, b, c]) socket.disconnect();
  },

  // The Go test takes the server down and up between the lines it sends.
  async reconnect() {
    const sockets = await Promise.all([webSocket, polling, {}].map((o) => connect({ ...o, reconnectionDelay: 50, reconnectionDelayMax: 100 })));
    console.log("connected");
    await Promise.all(sockets.map((s) => until(s, "disconnect")));
    console.log("disconnected");
    await Promise.all(sockets.map((s) => s.connected || until(s, "connect")));
    waiting = "echo";
    for (const socket of sockets) assert.deepEqual(await ask(socket, "echo", "back"), ["back"]);
    for (const socket of sockets) socket.disconnect();
  },

  // Heartbeats keep a connection that says nothing.
  async idle() {
    const sockets = await Promise.all([connect(webSocket), connect(polling)]);
    for (const socket of sockets) socket.on("disconnect", (reason) => assert.fail(reason));
    console.log("connected");
    await order();
    for (const socket of sockets) {
      assert.deepEqual(await ask(socket, "echo", "awake"), ["awake"]);
      socket.off("disconnect").disconnect();
    }
  },

  // A client over its rate is told so, and then sent away for good.
  async flood() {
    const socket = await connect(webSocket);
    const answers = [];
    const gone = until(socket, "disconnect");
    for (let i = 0; i < 10000; i++) socket.emit("echo", i, (answer) => answers.push(answer));
    const [reason] = await gone;
    assert.equal(reason, "io server disconnect");
    assert.equal(answers.filter((a) => a === "limited").length, 500);
    assert.ok(answers.indexOf("limited") >= 6000, "refused before the allowance was used up");
    assert.equal(socket.active, false);
  },
};

const slow = setTimeout(() => {
  console.error("scenario takes too long at", waiting);
  process.exit(1);
}, 30_000);
await scenarios[scenario]();
clearTimeout(slow);
lines.close();
process.exit(0);
