import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** A number that no other engine of any test has now, and the folder that holds it. */
export interface Slot {
  readonly number: number;
  readonly folder: string;
}

export interface Network {
  readonly bridge: string;
  /** CIDR: where the engine takes the addresses of networks from, 31 of them. */
  readonly pool: string;
}

const SLOTS = Array.from({ length: 16 }, (_, number) => number);
/** The kernel's kinds of cgroups: folders in version 1, nothing in version 2. */
const CGROUPS = '/sys/fs/cgroup';

/** Not in `os.tmpdir()`, which may be long: containerd's sockets lie three folders further down. */
const folderOf = (number: number): string => `/tmp/mcpform-engine-${number}`;
const bridgeOf = (number: number): string => `mcpform${number}`;

export const cgroupOf = (number: number): string => `/mcpform-engine-${number}`;

/** Of the addresses for benchmarks, which no network has (RFC 2544): 32 networks of 254 each. */
export function networkOf(number: number): Network {
  const first = number * 32;
  return { bridge: bridgeOf(number), pool: `198.${18 + (first >> 8)}.${first & 255}.0/19` };
}

export async function takeSlot(): Promise<Slot> {
  await sweepEngines();
  for (const number of SLOTS) {
    const folder = folderOf(number);
    // Bridges and cgroups without a folder are those of somebody with another /tmp: the folder goes last.
    if (!existsSync(folder) && remainsOf(number).length > 0) continue;
    try {
      mkdirSync(folder, { mode: 0o755 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    writeFileSync(join(folder, 'owner'), nameOf(process.pid));
    return { number, folder };
  }
  throw new Error(`${SLOTS.length} engines run at once; which test does not stop its own?`);
}

export function addBridge(number: number): void {
  const { bridge, pool } = networkOf(number);
  const address = pool.replace(/\.0\/19$/, '.1/24');
  // Without an address of its own a bridge takes that of a container's interface, and another when that one goes.
  const hardwareAddress = `02:42:c6:12:ff:${number.toString(16).padStart(2, '0')}`;
  ip('link', 'add', bridge, 'address', hardwareAddress, 'type', 'bridge');
  ip('address', 'add', address, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
}

/** Removes what engines of test runs left that are gone. */
export async function sweepEngines(): Promise<void> {
  for (const number of SLOTS) if (isAbandoned(folderOf(number))) await removeRemains(number);
}

/** What is there of a slot, in words; empty when nothing is. */
export function remainsOf(number: number): readonly string[] {
  const folder = folderOf(number);
  const places = [folder, ...cgroupFolders(cgroupOf(number)), `/sys/class/net/${bridgeOf(number)}`];
  return places.filter((place) => existsSync(place));
}

/** Notes the init of what runs in a slot, so that it can be ended should its end not have come by itself. */
export function noteInit(folder: string, pid: number): void {
  writeFileSync(join(folder, 'init'), nameOf(pid));
}

/** Lets paused containers go on: until then no signal reaches them, and whoever waits for their end waits for ever. */
export function thaw(number: number): void {
  for (const folder of cgroupFolders(cgroupOf(number))) {
    for (const name of readdirSync(folder, { recursive: true })) {
      // Of cgroups version 1, and of version 2.
      if (/freezer\.state$/.test(String(name))) tell(join(folder, String(name)), 'THAWED');
      if (/cgroup\.freeze$/.test(String(name))) tell(join(folder, String(name)), '0');
    }
  }
}

function tell(file: string, word: string): void {
  try {
    writeFileSync(file, word, { flag: 'r+' });
  } catch (error) {
    // Its container has just ended.
    if (!['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Everything of a slot; its processes have ended, or end now. */
export async function removeRemains(number: number): Promise<void> {
  thaw(number);
  await endInit(folderOf(number));
  for (const bridge of [bridgeOf(number), ...bridgesIn(folderOf(number))]) {
    if (existsSync(`/sys/class/net/${bridge}`)) ip('link', 'delete', bridge);
  }
  for (const folder of cgroupFolders(cgroupOf(number))) await removeCgroup(folder);
  await removePodmanCgroups(folderOf(number));
  rmSync(folderOf(number), { recursive: true, force: true, maxRetries: 5 });
}

function isAbandoned(folder: string): boolean {
  const owner = noteIn(folder, 'owner');
  if (owner !== null) return !isAlive(owner);
  // Without a note it was made a moment ago, or is being removed; or somebody was killed in that moment.
  return (
    Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY) > 60_000
  );
}

async function endInit(folder: string): Promise<void> {
  const init = noteIn(folder, 'init');
  while (init !== null && isAlive(init)) {
    process.kill(Number.parseInt(init, 10), 'SIGKILL');
    await aMoment();
  }
}

function noteIn(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A process's number and, in ticks since the machine started, its start: together never used again. */
function nameOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name may hold spaces and parentheses. proc(5): the 22nd field; the third comes next.
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
}

function isAlive(name: string): boolean {
  try {
    return nameOf(Number.parseInt(name, 10)) === name;
  } catch {
    return false;
  }
}

/** Docker names bridges after networks, and its book of networks can be read when it is not there to be asked. */
function bridgesIn(folder: string): readonly string[] {
  const book = join(folder, 'books/network/files/local-kv.db');
  if (!existsSync(book)) return [];
  const ids = readFileSync(book, 'latin1').matchAll(/network\/([0-9a-f]{12})[0-9a-f]{52}/g);
  return [...new Set([...ids].map(([, id]) => `br-${id}`))];
}

function cgroupFolders(cgroup: string): readonly string[] {
  if (!existsSync(CGROUPS)) return [];
  return [CGROUPS, ...readdirSync(CGROUPS).map((kind) => join(CGROUPS, kind))]
    .map((root) => join(root, cgroup))
    .filter((folder) => existsSync(folder));
}

async function removeCgroup(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(folder, entry.name));
  }
  for (const lastTry = Date.now() + 5000; !removesEmpty(folder); ) {
    if (Date.now() > lastTry) throw new Error(`something still runs in "${folder}"`);
    await aMoment();
  }
}

/** The kernel calls a cgroup busy for a moment longer than the processes in it can be seen. */
function removesEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['EBUSY', 'ENOTEMPTY'].includes(code)) return false;
    if (code === 'ENOENT') return true;
    throw error;
  }
}

const aMoment = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

/** Podman cannot be told where to put its containers: they lie beside those of any other Podman. */
async function removePodmanCgroups(folder: string): Promise<void> {
  const containers = join(folder, 'books/overlay-containers');
  const ids = existsSync(containers) ? readdirSync(containers) : [];
  for (const parent of cgroupFolders('/libpod_parent')) {
    for (const id of ids) {
      if (existsSync(join(parent, `libpod-${id}`))) await removeCgroup(join(parent, `libpod-${id}`));
    }
    for (const shared of [join(parent, 'conmon'), parent]) removesEmpty(shared);
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args);
}
