import { posix } from 'node:path';
import type { Clock, Files, MachineIdentity, Network, Processes, System } from '../model/system.ts';
import { closedNetwork } from './closed-network.ts';
import { type MemoryDisk, MemoryFiles, memoryDisk } from './memory-files.ts';
import { errno, type FolderInode, type Inode } from './memory-tree.ts';

export interface MemoryOptions {
  /** Path → content; a folder with a trailing slash; a link as `{ link: target }`. On disk, durable. */
  readonly tree?: Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;
  /** A disk that is there already; default: an empty one. */
  readonly disk?: MemoryDisk;
  readonly clock?: ManualClock;
  readonly identity?: Partial<MachineIdentity>;
  /** Who calls. Default: the identity's uid. */
  readonly gid?: number;
  /** Programs that can be run. Anything else is ENOENT. */
  readonly run?: Processes['run'];
  /** Programs that can be started. Anything else is ENOENT. */
  readonly start?: Processes['start'];
  /** Who answers. Default: nobody. */
  readonly network?: Network;
}

/** A whole machine in memory, and the handles by which a test moves it. */
export interface MemorySystem extends System {
  readonly clock: ManualClock;
  readonly disk: MemoryDisk;
  /** Processes that are alive, with their start times. Our own is there from the start. */
  readonly alive: Map<number, string | null>;
}

export function memorySystem(options: MemoryOptions = {}): MemorySystem {
  const clock = options.clock ?? new ManualClock();
  const disk = options.disk ?? memoryDisk();
  const identity = { ...defaultIdentity, ...options.identity };
  const alive = new Map([[identity.pid, identity.startTime]]);
  plant(disk, options.tree ?? {}, identity.uid, options.gid ?? identity.uid);
  const files: Files = new MemoryFiles(
    disk,
    { uid: identity.uid, gid: options.gid ?? identity.uid },
    clock.now,
  );
  const processes: Processes = {
    run:
      options.run ??
      (async (command) => {
        throw errno('ENOENT', 'spawn', command);
      }),
    start:
      options.start ??
      (async (command) => {
        throw errno('ENOENT', 'spawn', command);
      }),
    inspect: async (pid) => ({ isAlive: alive.has(pid), startTime: alive.get(pid) ?? null }),
    identity: async () => identity,
  };
  return { files, clock, processes, network: options.network ?? closedNetwork(), disk, alive };
}

const defaultIdentity: MachineIdentity = {
  machineId: 'machine-1',
  bootId: 'boot-1',
  pidNamespace: 'pid:[1]',
  hostName: 'laptop',
  pid: 100,
  startTime: '5000',
  uid: 1000,
};

/**
 * A clock that a test moves. A sleep ends at once and moves the clock by its length, unless `holdsSleepers` is
 * set: then it ends when `advance` gets there.
 */
export class ManualClock implements Clock {
  holdsSleepers = false;
  #nowMs: number;
  readonly #startMs: number;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
    this.#startMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly monotonic = (): number => this.#nowMs - this.#startMs;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper = { untilMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort);
      if (!this.holdsSleepers) this.advance(ms);
    });

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.untilMs > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

function plant(disk: MemoryDisk, tree: NonNullable<MemoryOptions['tree']>, uid: number, gid: number): void {
  for (const [path, content] of Object.entries(tree)) {
    const folder = folderAt(disk, path.endsWith('/') ? path : posix.dirname(path), uid, gid);
    if (path.endsWith('/')) continue;
    const attributes = { inode: disk.nextInode++, mode: 0o644, uid, gid, links: 1, modifiedMs: 0 };
    const node: Inode =
      typeof content === 'object' && 'link' in content
        ? { kind: 'link', ...attributes, target: content.link }
        : { kind: 'file', ...attributes, ...bothOf(content), hasLostWrites: false };
    folder.entries.set(posix.basename(path), node);
    folder.durable.set(posix.basename(path), node);
  }
}

function bothOf(content: string | Uint8Array): { data: Buffer; durable: Buffer } {
  const data = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  return { data, durable: data };
}

function folderAt(disk: MemoryDisk, path: string, uid: number, gid: number): FolderInode {
  let folder = disk.root;
  for (const name of path.split('/').filter(Boolean)) {
    let next = folder.entries.get(name);
    if (next === undefined) {
      const attributes = { inode: disk.nextInode++, mode: 0o755, uid, gid, links: 1, modifiedMs: 0 };
      next = { kind: 'folder', ...attributes, entries: new Map(), durable: new Map() };
      folder.entries.set(name, next);
      folder.durable.set(name, next);
    }
    if (next.kind !== 'folder') throw new Error(`"${path}" is not a folder`);
    folder = next;
  }
  return folder;
}
