// The real binary under test, with a data directory of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/noom', import.meta.url));

/** A running Noom. `url` is where its page is. */
export class Server {
  #process;
  #data = mkdtempSync(join(tmpdir(), 'noom-e2e-'));
  #log = '';

  constructor(port, options, host, through) {
    this.port = port;
    this.options = options;
    this.through = through;
    this.url = `http://${host}:${port}`;
  }

  /** Starts Noom and waits until it answers at `host`. `through` is a command that starts what follows it elsewhere. */
  static async start({ port = 3000, options = [], host = 'localhost', through = [] } = {}) {
    if (!existsSync(binary)) throw new Error('bin/noom is missing: run make build');
    const server = new Server(port, options, host, through);
    await server.start();
    return server;
  }

  async start() {
    const [program, ...words] = [...this.through, binary, 'serve', '--listen', `:${this.port}`, '--data', this.#data, ...this.options];
    this.#process = spawn(program, words);
    this.#process.stdout.on('data', (text) => (this.#log += text));
    this.#process.stderr.on('data', (text) => (this.#log += text));
    await until(`Noom answers on ${this.url}`, async () => {
      if (this.#process.exitCode !== null) throw new Fatal(`Noom ended:\n${this.#log}`);
      return (await fetch(`${this.url}/healthz`).catch(() => null))?.ok;
    });
  }

  get pid() {
    return this.#process.pid;
  }

  get log() {
    return this.#log;
  }

  /** Ends the process with a signal, and keeps its data for another start. */
  async kill(signal = 'SIGTERM') {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    await ended;
  }

  async stop() {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** Cuts every established TCP connection of the server, as a broken middlebox would. */
  async cutConnections() {
    const ss = spawn('ss', ['-K', 'state', 'established', 'sport', '=', `:${this.port}`], { stdio: 'ignore' });
    await once(ss, 'exit');
  }

  /** Sends bots into a room; they stay until the returned `stop` is called. */
  async bots(room, { senders, args = [] }) {
    const load = spawn(binary, [
      'load', '--url', this.url, '--room', room, '--senders', String(senders), '--viewers', '0', '--duration', '10m', ...args,
    ]);
    let output = '';
    load.stdout.on('data', (text) => (output += text));
    load.stderr.on('data', (text) => (output += text));
    return {
      output: () => output,
      // As if their network had gone without a word.
      freeze: () => load.kill('SIGSTOP'),
      thaw: () => load.kill('SIGCONT'),
      stop: async () => {
        if (load.exitCode !== null) return;
        const ended = once(load, 'exit');
        load.kill('SIGINT');
        await ended;
      },
    };
  }
}

class Fatal extends Error {}

/** Tries until it holds; fails naming what did not. */
export async function until(what, holds, { within = 15_000, every = 100 } = {}) {
  const end = Date.now() + within;
  let last;
  while (Date.now() < end) {
    try {
      const value = await holds();
      if (value) return value;
    } catch (error) {
      if (error instanceof Fatal) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  throw new Error(`not within ${within / 1000} s: ${what}${last ? ` (${last.message})` : ''}`);
}
