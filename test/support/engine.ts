import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, askSocket, runDocker } from './engine-api.ts';
import { makeBed, type Started, saysLine } from './engine-bed.ts';
import { clientEnvironment, pathOf, writeConfig } from './engine-config.ts';

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
  /** All its data has no more room than this. Default: as much as the machine has. */
  readonly diskBytes?: number;
  /** More of daemon.json. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A real Docker engine of one test: never the machine's, whose socket and data are not touched. */
export interface Engine extends EngineKind {
  readonly folder: string;
  readonly socket: string;
  /** As in DOCKER_HOST. */
  readonly host: string;
  /** DOCKER_HOST, DOCKER_CONFIG, and a PATH on which `docker` is the engine's own; to put over those of a home. */
  readonly env: Readonly<Record<string, string>>;
  /** What comes before a command to run it where the engine runs. */
  readonly inside: readonly string[];
  /** What dockerd said so far. */
  readonly log: readonly string[];
  /** Runs the Docker CLI and returns what it prints; throws with what it says when it fails. */
  docker(args: readonly string[], input?: string | Uint8Array): Promise<string>;
  /** One request to the API, whose path names no version; does not throw on any status. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** SIGKILL: its containerd dies with it, its containers run on. */
  kill9(): Promise<void>;
  /** Starts it again; when it still runs, it is asked to end first. */
  restart(): Promise<void>;
  /** Ends it and all its containers at once, and leaves nothing. */
  stop(): Promise<void>;
}

export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { version = 'debian', store = 'overlay2', name = 'engine', network = 'shared' } = options;
  const bed = await makeBed({ name, network, diskBytes: options.diskBytes ?? null });
  const log: string[] = [];
  let running: Started | null = null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = running;
    running = null;
    await ending?.end(signal);
  };
  try {
    const socket = join(bed.folder, 'docker.sock');
    const command = ['dockerd', '--config-file', writeConfig(bed, { ...options, store, socket })];
    const start = async (): Promise<void> => {
      // dockerd waits for a containerd whose number is in there, also when it died with the dockerd before.
      rmSync(join(bed.folder, 'exec/containerd/containerd.pid'), { force: true });
      running = bed.start(command, { env: { PATH: pathOf(version), HOME: bed.folder } });
      await saysLine(running.child, /API listen on /, log);
    };
    await start();
    const env = clientEnvironment(bed, version, socket);
    return {
      version,
      store,
      folder: bed.folder,
      socket,
      host: `unix://${socket}`,
      env,
      inside: bed.inside,
      log,
      docker: (args, input) => runDocker(args, { env, input }),
      ask: (method, path, body) => askSocket(socket, { method, path, body }),
      kill9: () => end('SIGKILL'),
      restart: async () => {
        await end('SIGTERM');
        await start();
      },
      stop: () => bed.remove(),
    };
  } catch (error) {
    await bed.remove();
    throw error;
  }
}
