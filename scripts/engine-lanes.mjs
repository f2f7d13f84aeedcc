// Runs the tests of container engines side by side, which wait more than they work.
//
// One file at a time in each lane, in a Vitest of its own. A lane has a network and a loopback of its own, so that
// engines of different lanes may publish the same port; nothing in there reaches any other machine. One file needs the
// package registry, and has the machine's network for itself.
import { spawn, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const LANES = 3;

export const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** What lasts longest comes first, so that no lane is busy alone at the end. */
const LONG = [
  'secrets',
  'drift-config-28-containerd',
  'drift-28-containerd',
  'loop-drift',
  'kills',
  'perform-kills',
];

/** Of files that need the outside. No two of them may run at once. */
const OUTSIDE = 'examples';

/** `/sys` shows the network of whoever mounted it, and cgroups lie in there. */
const OWN_NETWORK = `
ip link set lo up
aside=$(mktemp -d)
mount --rbind /sys/fs/cgroup "$aside"
mount -t sysfs sysfs /sys
mount --rbind "$aside" /sys/fs/cgroup
umount --lazy "$aside"
rmdir "$aside"
exec "$@"
`;

/**
 * @param {readonly string[]} files - of tests, below the root
 * @param {(file: string) => readonly string[]} commandFor - what runs one file
 * @param {(file: string, isClean: boolean) => void} onEnd - of one file, which is clean when it ended with 0
 * @returns {Promise<void>} when all have ended
 */
export async function runInLanes(files, commandFor, onEnd) {
  const waiting = [...files].sort((a, b) => rank(a) - rank(b));
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      onEnd(file, await runOne(file, commandFor(file)));
    }
  };
  await Promise.all(Array.from({ length: canBeApart ? LANES : 1 }, lane));
}

/** Where a network of one's own is not to be had, there is one lane, in the machine's. */
const canBeApart = spawnSync('unshare', apart(['true'])).status === 0;

function apart(command) {
  return ['--net', '--mount', '--', 'sh', '-euc', OWN_NETWORK, 'sh', ...command];
}

function rank(file) {
  const at = LONG.findIndex((name) => file.endsWith(`/${name}.test.ts`));
  return at === -1 ? LONG.length : at;
}

/** Its output comes as one, when it has ended. */
function runOne(file, command) {
  const isInside = canBeApart && !file.endsWith(`/${OUTSIDE}.test.ts`);
  const [program, ...args] = isInside ? ['unshare', ...apart(command)] : command;
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(output));
      done(status === 0);
    });
  });
}
