import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  addBridge,
  cgroupOf,
  type Network,
  networkOf,
  noteInit,
  removeRemains,
  takeSlot,
  thaw,
} from './engine-slot.ts';

/**
 * Where a container engine of a test lives: namespaces and a folder of its own.
 *
 * All its processes have one init, which ends when the test's process does, however that ends; the kernel then
 * ends every engine, shim and container below it, and drops their mounts. What an engine writes to `/etc`, `/run`,
 * `/var` and `/opt` goes into thin air. Only its folder, bridges and cgroups can outlive it: `remove` takes them
 * away, and after a test run that was killed the next one does.
 */
export interface Bed {
  /** Short, because the path of a socket in it must have at most 107 bytes. */
  readonly folder: string;
  /** What comes before a command to run it in there. */
  readonly inside: readonly string[];
  /** Null where the engine has a network namespace of its own, and makes its own bridge. */
  readonly network: Network | null;
  /** Below which its containers are. */
  readonly cgroup: string;
  start(command: readonly string[], options: StartOptions): Started;
  /** Ends whatever runs in there, and leaves nothing. */
  remove(): Promise<void>;
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves once it has ended. Known only after the program has said something. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface BedOptions {
  /** The name of the machine, as seen from in there. */
  readonly name: string;
  /**
   * `shared`: the engine sees the loopback of the tests and publishes ports there, with a bridge of its own and
   * without any packet filter, which is the machine's. `private`: nothing but a loopback of its own.
   */
  readonly network: 'shared' | 'private';
  /** The most that the folder `data` can hold. */
  readonly diskBytes: number;
}

export async function makeBed(options: BedOptions): Promise<Bed> {
  const { network } = options;
  const slot = await takeSlot();
  try {
    const init = await startInit(slot.folder, options);
    const namespaces = [
      '--pid',
      '--mount',
      '--root',
      '--wd',
      '--uts',
      ...(network === 'private' ? ['--net'] : []),
    ];
    const pid = pidBelow(init);
    noteInit(slot.folder, pid);
    const inside = ['nsenter', '--target', String(pid), ...namespaces, '--'];
    if (network === 'shared') addBridge(slot.number);
    return {
      folder: slot.folder,
      inside,
      network: network === 'shared' ? networkOf(slot.number) : null,
      cgroup: cgroupOf(slot.number),
      start: (command, options) => start(command, { ...options, folder: slot.folder, inside }),
      remove: async () => {
        thaw(slot.number);
        await end(init);
        await removeRemains(slot.number);
      },
    };
  } catch (error) {
    await removeRemains(slot.number);
    throw error;
  }
}

/**
 * The engine's data lie in memory: images are there in half the time, and nothing is left to be deleted. Only its books
 * of what outlives it, bridges and cgroups, can be read from outside. Where the network is shared, Docker would
 * warn with each container that packets are not forwarded, or change that for the whole machine.
 */
const SET_UP = `
folder=$1 name=$2 network=$3 disk=$4
hostname "$name"
mount -t tmpfs -o mode=755 tmpfs "$folder/thin-air"
for place in etc opt run var; do
  air=$folder/thin-air/$place
  mkdir -p "$air/upper" "$air/work"
  mount -t overlay -o "lowerdir=/$place,upperdir=$air/upper,workdir=$air/work" overlay "/$place"
done
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs -o "size=$disk" tmpfs "$folder/data"
for place in network overlay-containers; do
  mkdir "$folder/data/$place" "$folder/books/$place"
  mount --bind "$folder/books/$place" "$folder/data/$place"
done
if [ "$network" = private ]; then
  ip link set lo up
else
  echo 1 >"$folder/thin-air/forwards"
  mount --bind "$folder/thin-air/forwards" /proc/sys/net/ipv4/ip_forward
fi
echo ready
exec docker-init -- cat >/dev/null
`;

/** Ends, and with it everything in its namespace, at the end of its input: when our process is gone, at the latest. */
async function startInit(folder: string, { name, network, diskBytes }: BedOptions): Promise<ChildProcess> {
  for (const place of ['thin-air', 'data', 'books']) mkdirSync(join(folder, place));
  const own = ['--pid', '--mount', '--uts', ...(network === 'private' ? ['--net'] : [])];
  const set = ['sh', '-euc', SET_UP, 'sh', folder, name, network, String(diskBytes)];
  const init = spawn('unshare', ['--fork', '--kill-child', ...own, '--mount-proc', ...set], {
    cwd: '/',
    env: { PATH: SYSTEM_PATH },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await saysLine(init, /^ready$/);
  return init;
}

export const DISK_BYTES = 4 * 2 ** 30;
export const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Waits for a line on either output; throws with all that was said when the program ends before. */
export function saysLine(child: ChildProcess, wanted: RegExp, keep: string[] = []): Promise<void> {
  // Not the whole command, of which one is a page of shell.
  const name = child.spawnargs.filter((word) => !word.includes('\n')).join(' ');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(`"${name}" ended:\n${keep.join('\n')}`)));
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue;
      createInterface({ input: output }).on('line', (line) => {
        keep.push(line);
        if (wanted.test(line)) resolve();
      });
    }
  });
}

function pidBelow({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

async function end(init: ChildProcess): Promise<void> {
  init.stdin?.end();
  await ended(init);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

interface Place {
  readonly folder: string;
  readonly inside: readonly string[];
}

/** What enters the namespace stays outside of it and waits, so the program says itself which number it has there. */
function start(
  command: readonly string[],
  { env, stdio = ['ignore', 'pipe', 'pipe'], folder, inside }: StartOptions & Place,
): Started {
  const file = join(folder, 'pid');
  const [enter = '', ...args] = [...inside, 'sh', '-c', 'echo $$ >"$0"; exec "$@"', file, ...command];
  const child = spawn(enter, args, { cwd: folder, env, stdio });
  return {
    child,
    end: async (signal) => {
      const pid = readFileSync(file, 'utf8').trim();
      const [enterAgain = '', ...kill] = [...inside, 'sh', '-c', `kill -${signal.slice(3)} ${pid}`];
      execFileSync(enterAgain, kill);
      await ended(child);
    },
  };
}
