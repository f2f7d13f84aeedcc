import { type Answer, askSocket, runDocker } from './engine-api.ts';
import { type Bed, type Started, saysLine } from './engine-bed.ts';
import { clientEnvironment } from './engine-config.ts';

/** A real container engine of one test: never the machine's, whose socket and data are not touched. */
export interface RunningEngine {
  readonly folder: string;
  readonly socket: string;
  /** As in DOCKER_HOST. */
  readonly host: string;
  /** DOCKER_HOST, DOCKER_CONFIG, and a PATH on which `docker` is the engine's own; to put over those of a home. */
  readonly env: Readonly<Record<string, string>>;
  /** What comes before a command to run it where the engine runs. */
  readonly inside: readonly string[];
  /** What it said so far. */
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

export interface RunOptions {
  readonly socket: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it says once it answers. */
  readonly ready: RegExp;
  /** Before each start. */
  readonly prepare: () => void;
}

/** Starts an engine in its bed. */
export async function runEngine(bed: Bed, options: RunOptions): Promise<RunningEngine> {
  const { socket, command, env, ready, prepare } = options;
  const log: string[] = [];
  let running: Started | null = null;
  const start = async (): Promise<void> => {
    prepare();
    running = bed.start(command, { env });
    await saysLine(running.child, ready, log);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = running;
    running = null;
    await ending?.end(signal);
  };
  await start();
  const client = clientEnvironment(bed, { socket, path: env['PATH'] ?? '' });
  return {
    folder: bed.folder,
    socket,
    host: `unix://${socket}`,
    env: client,
    inside: bed.inside,
    log,
    docker: (args, input) => runDocker(args, { env: client, input }),
    ask: (method, path, body) => askSocket(socket, { method, path, body }),
    kill9: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
    stop: () => bed.remove(),
  };
}
