import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DISK_BYTES, makeBed } from './engine-bed.ts';
import { pathOf, writeConfig } from './engine-config.ts';
import { type RunningEngine, runEngine } from './engine-run.ts';

export { requireEngine } from './engine-config.ts';

/** Debian's own, installed; or the newer one that `scripts/fetch-engine.mjs` puts beside it. */
export type EngineVersion = 'debian' | '28';

export interface EngineKind {
  readonly version: EngineVersion;
  /** Where it keeps images. */
  readonly store: 'overlay2' | 'containerd';
}

/** Two generations, and both stores: for `describe.each`. Debian's knows one store alone. */
export const ENGINE_KINDS: readonly EngineKind[] = [
  { version: 'debian', store: 'overlay2' },
  { version: '28', store: 'overlay2' },
  { version: '28', store: 'containerd' },
];

export interface EngineOptions extends Partial<EngineKind> {
  /** What the engine says its machine is called. Default: `engine`. */
  readonly name?: string;
  /**
   * `shared`, the default: it reaches what listens on the loopback of the tests, and publishes ports there, without
   * any packet filter. `private`: it has a network of its own, that only commands behind `inside` see.
   */
  readonly network?: 'shared' | 'private';
  /** Containers outlive the engine. Default: false. */
  readonly liveRestore?: boolean;
  /** The most that all its images, volumes and containers can hold. Default: 4 GiB. */
  readonly diskBytes?: number;
  /** Where it listens beside its socket: `tcp://127.0.0.1:2375`. */
  readonly listen?: readonly string[];
  /** More of daemon.json. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export type Engine = RunningEngine & EngineKind;

/** Starts a real Docker engine, in a tenth of a second. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const {
    version = 'debian',
    store = 'overlay2',
    name = 'engine',
    network = 'shared',
    diskBytes = DISK_BYTES,
  } = options;
  const bed = await makeBed({ name, network, diskBytes });
  try {
    const socket = join(bed.folder, 'docker.sock');
    const engine = await runEngine(bed, {
      socket,
      command: ['dockerd', '--config-file', writeConfig(bed, { ...options, store, socket })],
      env: { PATH: pathOf(version), HOME: bed.folder },
      ready: /API listen on /,
      // dockerd waits for a containerd whose number is in there, also when it died with the dockerd before.
      prepare: () => rmSync(join(bed.folder, 'exec/containerd/containerd.pid'), { force: true }),
    });
    return { ...engine, version, store };
  } catch (error) {
    await bed.remove();
    throw error;
  }
}
