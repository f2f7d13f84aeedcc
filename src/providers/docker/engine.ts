import type {
  ContainerInfo,
  ContainerRequest,
  ContainerStats,
  ContainerSummary,
  ImageInfo,
  ImageSummary,
  NetworkInfo,
  NetworkRequest,
  ResourceUpdate,
  VolumeInfo,
  VolumeRequest,
} from './api.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * One container engine, Docker or Podman, as far as this provider uses it: each method is one request or a few, with a
 * timeout. What is not there is null; doing again what is done already is no failure. Everything else the engine
 * refuses is an McpformError whose code says what can be done about it (`ENGINE_…`), and whose message holds the
 * engine's words, on one line and without what looks like a credential.
 */
export interface Engine {
  /** As addresses and places name it: `docker`, `docker@lab`. */
  readonly name: string;
  readonly endpoint: Endpoint;
  identity(): Promise<EngineIdentity>;

  /** All of them, running or not, of whomever. */
  listContainers(): Promise<readonly ContainerSummary[]>;
  inspectContainer(idOrName: string): Promise<ContainerInfo | null>;
  /** Returns the id. ENGINE_NAME_TAKEN, ENGINE_IMAGE_MISSING, ENGINE_REFUSED. */
  createContainer(request: ContainerRequest): Promise<string>;
  /** ENGINE_PORT_TAKEN, ENGINE_PROGRAM (it cannot be started), ENGINE_NETWORK_MISSING. */
  startContainer(id: string): Promise<void>;
  /** Its stop signal, then SIGKILL. Stops a paused one too. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  killContainer(id: string): Promise<void>;
  pauseContainer(id: string): Promise<void>;
  unpauseContainer(id: string): Promise<void>;
  restartContainer(id: string, graceSeconds: number): Promise<void>;
  /** ENGINE_NAME_TAKEN. */
  renameContainer(id: string, name: string): Promise<void>;
  updateContainer(id: string, update: ResourceUpdate): Promise<void>;
  /** With its anonymous volumes. Waits until it is gone, also when somebody else is removing it. */
  removeContainer(id: string, options: { readonly force: boolean }): Promise<void>;
  /** Resolves with the exit code once it does not run. */
  waitForContainer(id: string, signal: AbortSignal): Promise<number>;

  listNetworks(): Promise<readonly NetworkInfo[]>;
  /** By id: engines before 26 make a second network of a name where two ask at once. Returns the id. */
  createNetwork(request: NetworkRequest): Promise<string>;
  /** ENGINE_IN_USE. */
  removeNetwork(idOrName: string): Promise<void>;
  connectNetwork(idOrName: string, container: string, aliases: readonly string[]): Promise<void>;
  disconnectNetwork(idOrName: string, container: string): Promise<void>;

  listVolumes(): Promise<readonly VolumeInfo[]>;
  createVolume(request: VolumeRequest): Promise<void>;
  /** ENGINE_IN_USE. */
  removeVolume(name: string): Promise<void>;

  listImages(): Promise<readonly ImageSummary[]>;
  /**
   * With a platform (`linux/arm64`), what it is there. Engines with an API below 1.49 answer as if none were named:
   * with the only one that they have, or their own.
   */
  inspectImage(idOrReference: string, platform?: string): Promise<ImageInfo | null>;
  /**
   * With the credentials that the docker command would use for that registry. Tries again what may pass (a rate limit,
   * a registry that is down for a moment), never what will not. ENGINE_PULL_UNKNOWN, ENGINE_PULL_DENIED,
   * ENGINE_PULL_LIMITED, ENGINE_DISK_FULL, ENGINE_PULL_FAILED.
   */
  pullImage(reference: string, options: PullOptions): Promise<void>;
  /** ENGINE_IN_USE. */
  removeImage(idOrReference: string): Promise<void>;

  /** Whole lines, oldest first; both outputs in the order they came. With `follow` until it stops or `signal` aborts. */
  logs(id: string, options: LogOptions): AsyncIterable<LogLine>;
  /** One sample, with what the processor did since the one before it. */
  stats(id: string): Promise<ContainerStats>;
}

export interface EngineIdentity {
  /** Tells one engine from another, whatever it is called: `docker:ID`, `podman:HOST:ROOT`. */
  readonly id: string;
  readonly kind: 'docker' | 'podman';
  readonly version: string;
  readonly apiVersion: string;
  readonly isRootless: boolean;
  /** `overlay2`, `containerd`, … */
  readonly store: string;
  /** Where output goes when nobody says; empty: it does not tell. */
  readonly logDriver: string;
  /** Limits that its kernel, or a rootless engine, drops without a word; as in attributes: `memorySwap`. */
  readonly cannotLimit: readonly string[];
  /** The machine that it runs on, as it sees it: the release of the kernel, and where its data are. */
  readonly sees?: { readonly kernel: string; readonly dataFolder: string };
}

export interface PullOptions {
  readonly platform: string | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
}

/** Over all layers that have said how large they are. */
export interface PullProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface LogOptions {
  /** Only so many of the last; null: all. */
  readonly tail: number | null;
  /** Seconds since the epoch. */
  readonly since?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339, as the engine wrote it. */
  readonly time: string;
  readonly text: string;
}
