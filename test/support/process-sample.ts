import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../../src/model/error.ts';

/** What a process takes at one moment, by Linux's own books. */
export interface ProcessSample {
  /** Resident bytes; those that are its own; those, with its share of what several processes have in memory. */
  readonly rss: number;
  readonly anonymous: number;
  readonly pss: number;
  /** Since it began, user and system, of all its threads; of the programs it ran, once they ended. */
  readonly cpuS: number;
  readonly childrenCpuS: number;
  /** Open descriptors. */
  readonly handles: number;
  readonly threads: number;
}

/** Of `sysconf(_SC_CLK_TCK)` on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export async function sampleProcess(pid: number): Promise<ProcessSample> {
  const [status, rollup, line, handles] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/smaps_rollup`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  // The name of the program, which may hold spaces, is in parentheses.
  const stat = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const seconds = (user: number): number => (Number(stat[user]) + Number(stat[user + 1])) / TICKS_PER_SECOND;
  return {
    rss: bytesOf(status, 'VmRSS'),
    anonymous: bytesOf(status, 'RssAnon'),
    pss: bytesOf(rollup, 'Pss'),
    cpuS: seconds(11),
    childrenCpuS: seconds(13),
    handles: handles.length,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]),
  };
}

/** Bytes in the files below a folder; of what is gone meanwhile, none. */
export async function bytesBelow(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return found.size;
    const names = await readdir(path);
    const sizes = await Promise.all(names.map((name) => bytesBelow(join(path, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0;
    throw error;
  }
}

function bytesOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
}
