// Runs a node program in a network of its own: `node run.mjs [node options] program [arguments]`.
//
// The browsers, the server and the bots of a test see one interface with an address, and nothing else of this machine:
// Firefox never sends media to 127.0.0.1, and a port that is taken outside is free inside. The process namespace makes
// sure that no browser outlives the tests.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

// ifb needs no peer and counts as up; dummy and veth are what kernels without it have.
const network = `
  ip link set lo up &&
  { ip link add nm0 type ifb || ip link add nm0 type dummy || ip link add nm0 type veth peer name nm1; } 2>/dev/null &&
  { ! ip link show nm1 >/dev/null 2>&1 || ip link set nm1 up; } &&
  ip address add 10.77.0.1/24 dev nm0 && ip link set nm0 up && ip route add default via 10.77.0.1 &&
  exec "$@"`;

const isolation = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
if (process.getuid() !== 0) isolation.unshift('--user', '--map-root-user');

const run = spawnSync(
  'unshare',
  [...isolation, '--', 'sh', '-c', network, 'sh', process.execPath, ...process.argv.slice(2)],
  { cwd: here, stdio: 'inherit' },
);
if (run.error) {
  console.error(`e2e: cannot make a network of its own: ${run.error.message}. It needs unshare (util-linux) and ip (iproute2).`);
}
process.exit(run.status ?? 1);
