// A bad network: the server and who is near to it on one side, a browser on the other, and between them the emulator (e2e/netem),
// which carries every packet. This process and the browsers that it starts as usual are on the far side.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { programOf } from './browsers.mjs';
import { until } from './server.mjs';

const emulator = fileURLToPath(new URL('../../.bin/netem', import.meta.url));
const networkOf = (pid) => `/proc/${pid}/ns/net`;

/** The server's address, as the far side sees it. */
export const nearAddress = '10.78.0.1';
const farAddress = '10.78.0.2';

// A default route is where browsers look for the address that they offer to others.
const device = (name, address) => `
  set -e
  ip link set lo up
  ip tuntap add ${name} mode tun
  ip link set ${name} addrgenmode none
  ip address add ${address}/24 dev ${name}
  ip link set ${name} up
  ip route add default dev ${name}`;

/** Something that this machine lacks. */
export class Missing extends Error {}

export class Distance {
  #holder;
  #emulator;
  #lines;
  #folder = mkdtempSync(join(tmpdir(), 'noom-netem-'));

  static async open() {
    const distance = new Distance();
    try {
      await distance.#build();
    } catch (error) {
      distance.close();
      throw error;
    }
    return distance;
  }

  async #build() {
    if (!existsSync(emulator)) throw new Missing('.bin/netem is missing: run make e2e-netem');
    try {
      accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    } catch (error) {
      throw new Missing(`no TUN devices: ${error.message}. It needs the kernel's module tun, and the right to open /dev/net/tun (as root).`);
    }
    this.#holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: ['ignore', 'ignore', 'inherit'] });
    await until('there is a second network', () => {
      if (this.#holder.exitCode) throw new Missing('no network namespaces: unshare --net failed. It needs root.');
      return readlinkSync(networkOf(this.#holder.pid)) !== readlinkSync(networkOf('self'));
    }, { every: 20 });
    this.near = ['nsenter', `--net=${networkOf(this.#holder.pid)}`];
    // The network that every test gets (run.mjs) would be a second way.
    this.#configure([], `ip link delete nm0; ${device('far0', farAddress)}`);
    this.#configure(this.near, device('near0', nearAddress));
    this.#emulator = spawn(emulator, ['-near', 'near0', '-near-net', networkOf(this.#holder.pid), '-far', 'far0'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#emulator.stdout })[Symbol.asyncIterator]();
    await this.#answer();
  }

  #configure(through, script) {
    const [program, ...words] = [...through, 'sh', '-c', script];
    const { status, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
    if (status !== 0) throw new Missing(`cannot make a TUN device: ${error?.message ?? stderr.trim()}`);
  }

  async #answer() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Missing('the emulator ended'); // and has said why
    const reply = JSON.parse(value);
    if (reply.error) throw new Error(`the emulator refused: ${reply.error}`);
    return reply;
  }

  /** Tells the emulator what the network does from now on (e2e/netem/control.go); gives what it did since the last time. */
  tell(command) {
    this.#emulator.stdin.write(`${JSON.stringify(command)}\n`);
    return this.#answer();
  }

  /** A program that is the engine's browser, near to the server. */
  program(engine) {
    const path = join(this.#folder, engine);
    writeFileSync(path, `#!/bin/sh\nexec ${this.near.join(' ')} ${programOf(engine)} "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  close() {
    this.#emulator?.stdin.end();
    this.#holder?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
