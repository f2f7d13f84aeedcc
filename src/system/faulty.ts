import type { Files, Network, Processes } from '../model/system.ts';
import { ManualClock, type MemoryOptions, type MemorySystem, memorySystem } from './memory.ts';
import { copyDisk, type MemoryDisk, memoryDisk } from './memory-files.ts';
import { errno, type FileInode, type Loss, locate, loseUnsynced } from './memory-tree.ts';
import { type FileCall, wrapFiles } from './wrap-files.ts';

/** One call of any kind, counted from 1 since the system was made. */
export interface Call {
  readonly n: number;
  readonly name: FileCall['name'] | keyof Processes | keyof Network;
  /** Empty for a call to `processes` or `network`. */
  readonly paths: readonly string[];
  readonly isWrite: boolean;
}

export type Fault =
  /** The call fails. A failed append leaves half its bytes, a failed sync loses what was dirty for good. */
  | { readonly kind: 'error'; readonly code: 'EIO' | 'ENOSPC' | 'EACCES' }
  /** The call never comes back. */
  | { readonly kind: 'hang' }
  /** The process is gone, just before the call took effect or just after. Nothing it does later counts. */
  | { readonly kind: 'crash'; readonly when: 'before' | 'after' };

export interface FaultyOptions extends MemoryOptions {
  /** Asked at each call; null lets it pass. */
  readonly fault?: (call: Call) => Fault | null;
}

/** A machine that breaks on request, and that knows what its disk would hold after a loss of power. */
export interface FaultySystem extends MemorySystem {
  readonly calls: readonly Call[];
  /** Resolves when a crash was injected. */
  readonly crashed: Promise<void>;
  /** Resolves when a call was made to hang. */
  readonly hung: Promise<void>;
  /** The same machine started again: what the loss leaves on disk, the old process gone, a new pid. */
  restart(loss: Loss, options?: Pick<FaultyOptions, 'fault'>): FaultySystem;
  /** Another machine that starts from what a restart of this one would find; this one stays as it is. */
  fork(loss: Loss, options?: Pick<FaultyOptions, 'fault'>): FaultySystem;
}

export function faulty(options: FaultyOptions = {}): FaultySystem {
  const disk = options.disk ?? memoryDisk();
  const clock = options.clock ?? new ManualClock();
  const memory = memorySystem({ ...options, disk, clock });
  const gate = new Gate(options.fault ?? (() => null), disk);
  const { fault: _, ...same } = options;
  const startOn = (from: MemoryDisk, loss: Loss, next: Pick<FaultyOptions, 'fault'>): FaultySystem => {
    loseUnsynced(from.root, loss);
    return faulty({ ...same, ...next, tree: {}, disk: from, clock, identity: reborn(options, loss) });
  };
  return {
    ...memory,
    files: gate.guardFiles(memory.files),
    processes: gate.guardProcesses(memory.processes),
    network: gate.guardNetwork(memory.network),
    calls: gate.calls,
    crashed: gate.crashed,
    hung: gate.hung,
    restart: (loss, next = {}) => {
      gate.kill();
      return startOn(disk, loss, next);
    },
    fork: (loss, next = {}) => startOn(copyDisk(disk), loss, next),
  };
}

/** A process that died has another pid when it comes back; a machine that lost power, another boot too. */
function reborn(options: FaultyOptions, loss: Loss): NonNullable<MemoryOptions['identity']> {
  const pid = (options.identity?.pid ?? 100) + 1;
  const bootId = options.identity?.bootId ?? 'boot-1';
  return {
    ...options.identity,
    pid,
    startTime: String(pid),
    bootId: loss === 'kill' ? bootId : `${bootId}'`,
  };
}

/** Where every call passes. */
class Gate {
  readonly calls: Call[] = [];
  readonly crashed: Promise<void>;
  readonly hung: Promise<void>;
  readonly #fault: (call: Call) => Fault | null;
  readonly #disk: MemoryDisk;
  #isDead = false;
  #tellCrashed: () => void = () => undefined;
  #tellHung: () => void = () => undefined;

  constructor(fault: (call: Call) => Fault | null, disk: MemoryDisk) {
    this.#fault = fault;
    this.#disk = disk;
    this.crashed = new Promise((resolve) => {
      this.#tellCrashed = resolve;
    });
    this.hung = new Promise((resolve) => {
      this.#tellHung = resolve;
    });
  }

  kill(): void {
    this.#isDead = true;
  }

  guardFiles(files: Files): Files {
    return wrapFiles(files, (call, run) => this.#pass(call, run));
  }

  guardProcesses(processes: Processes): Processes {
    const look = <T>(name: keyof Processes, run: () => Promise<T>): Promise<T> =>
      this.#pass({ name, paths: [], isWrite: false }, run);
    return {
      run: (command, args, options) => look('run', () => processes.run(command, args, options)),
      start: (command, args, options) => look('start', () => processes.start(command, args, options)),
      inspect: (pid) => look('inspect', () => processes.inspect(pid)),
      identity: () => look('identity', () => processes.identity()),
    };
  }

  guardNetwork(network: Network): Network {
    return {
      request: (request) =>
        this.#pass({ name: 'request', paths: [], isWrite: false }, () => network.request(request)),
    };
  }

  async #pass<T>(what: Omit<Call, 'n'>, run: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never();
    const call = { ...what, n: this.calls.length + 1 };
    this.calls.push(call);
    const fault = this.#fault(call);
    if (fault === null) return run();
    if (fault.kind === 'hang') {
      this.#tellHung();
      return never();
    }
    if (fault.kind === 'error') return this.#fail(call, fault.code, run);
    if (fault.when === 'after') await run().catch(() => undefined);
    this.kill();
    this.#tellCrashed();
    return never();
  }

  async #fail<T>(call: Call, code: 'EIO' | 'ENOSPC' | 'EACCES', run: () => Promise<T>): Promise<T> {
    const path = call.paths[0] ?? '';
    const file = this.#fileAt(path);
    if (call.name === 'sync' && file !== undefined) file.hasLostWrites = true;
    if (call.name === 'append' && file !== undefined) {
      const before = file.data;
      await run();
      file.data = file.data.subarray(0, before.length + Math.floor((file.data.length - before.length) / 2));
    }
    throw errno(code, call.name, path);
  }

  #fileAt(path: string): FileInode | undefined {
    if (path === '') return undefined;
    const { node } = locate(this.#disk.root, path, {
      call: 'open',
      follow: true,
      caller: { uid: 0, gid: 0 },
    });
    return node?.kind === 'file' ? node : undefined;
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
