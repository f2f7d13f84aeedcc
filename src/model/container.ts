import type { Template, Transport } from './manifest.ts';

/**
 * Labels that are ours start so. A hint to find what we made, never a proof; neither a manifest nor an image may
 * claim one.
 */
export const LABEL_PREFIX = 'dev.mcpform.';

/**
 * A container as the manifest wants it, in no engine's words, every default filled in. Null means that the image or
 * the engine decides. Plain JSON: what starts it hashes and stores it. It names secrets and never holds one.
 */
export interface ContainerSpec {
  /** `NAME[:TAG]@sha256:…`, or an id: the content is fixed, whatever the tag means by now. */
  readonly image: string;
  /** `linux/arm64`. */
  readonly platform: string | null;
  /** The program and its first arguments. */
  readonly entrypoint: readonly string[] | null;
  /** Empty: the image's own command, unless there is an entry point. */
  readonly args: readonly Template[];
  readonly env: Readonly<Record<string, Template>>;
  /** Names of the secrets that are files under `/run/secrets`; absent: none. */
  readonly secretFiles?: readonly string[];
  readonly workingDirectory: string | null;
  readonly hostname: string | null;
  /** `USER[:GROUP]`, names or ids. */
  readonly user: string | null;
  readonly groups: readonly string[];
  readonly isRootReadOnly: boolean;
  /** Without `CAP_`, sorted; `ALL` for all. */
  readonly droppedCapabilities: readonly string[];
  readonly addedCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly privileged: boolean;
  /** `unconfined`, or the absolute path of a profile beside the manifest. */
  readonly seccomp: string | null;
  /** `unconfined`, or the name of a profile of the engine's host. */
  readonly apparmor: string | null;
  readonly limits: Limits;
  readonly mounts: readonly Mount[];
  /** Paths in the container that are kept in memory. */
  readonly tmpfs: readonly string[];
  /** Empty: the engine's default network. */
  readonly networks: readonly NetworkUse[];
  /** Addresses of name servers. */
  readonly dns: readonly string[];
  /** Name → address, or `host-gateway`. */
  readonly extraHosts: Readonly<Record<string, string>>;
  readonly devices: readonly Device[];
  /** Null: it speaks over standard input and output, and lives as long as the client that started it. */
  readonly service: Service | null;
  readonly restart: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  readonly init: boolean;
  readonly stopSignal: string | null;
  readonly stopTimeoutSeconds: number;
  /** As the manifest says; whoever starts it adds ours. */
  readonly labels: Readonly<Record<string, string>>;
  readonly logging: Logging | null;
  /** Null: never checked. */
  readonly health: HealthCheck | null;
}

export interface Limits {
  readonly memoryBytes: number | null;
  readonly memoryReservationBytes: number | null;
  /** Memory and swap together. */
  readonly memorySwapBytes: number | null;
  readonly sharedMemoryBytes: number | null;
  /** Thousand millions are one core. */
  readonly nanoCpus: number | null;
  readonly cpuShares: number | null;
  /** Processes and threads. */
  readonly pids: number | null;
  /** By the name that `ulimit` has for it; -1 is no limit. */
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
}

export type Mount =
  | {
      readonly kind: 'volume';
      /** The engine's name for it. */
      readonly volume: string;
      /** It is there already, and what is behind it is not known here. */
      readonly isExternal: boolean;
      readonly driver: string | null;
      readonly driverOptions: Readonly<Record<string, string>>;
      readonly target: string;
      readonly isReadOnly: boolean;
    }
  | {
      readonly kind: 'bind';
      /** Absolute, on the engine's host, as it is sent: links are not resolved. */
      readonly source: string;
      readonly target: string;
      readonly isReadOnly: boolean;
    };

export interface NetworkUse {
  /** The engine's name for it. `host` is the host's own. */
  readonly network: string;
  readonly isExternal: boolean;
  /** Names under which others in this network find it, sorted. */
  readonly aliases: readonly string[];
}

export interface Device {
  readonly source: string;
  readonly target: string;
  /** Of `r`, `w` and `m`, in this order. */
  readonly permissions: string;
}

/** What makes a container a server that is reached by URL. */
export interface Service {
  readonly transport: Exclude<Transport, 'stdio'>;
  /** The port it listens on in its container. */
  readonly port: number;
  /** Of the MCP endpoint. */
  readonly path: string;
  readonly publish: Publish;
}

/** Where the port of a service appears on its engine's host. */
export interface Publish {
  readonly address: string;
  /** `auto`: one that is free, and stays. The graph never has that: it chooses. */
  readonly port: number | 'auto';
  /** We chose the port, so another one would do. */
  readonly isChosen?: true;
}

export interface Logging {
  readonly driver: string | null;
  readonly options: Readonly<Record<string, string>>;
}

/** How to tell that it works: the MCP handshake, a plain request that answers 2xx, or a program in the container. */
export type HealthCheck = (
  | { readonly kind: 'handshake' }
  | { readonly kind: 'http'; readonly path: string }
  | { readonly kind: 'command'; readonly command: readonly string[] }
) & {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** So many failures in a row make it unhealthy. */
  readonly retries: number;
  /** Failures in this time after the start do not count. */
  readonly startPeriodMs: number;
};

/**
 * The engine's name for a container, network or volume of a stack. Neither part can hold a dot, so no two objects of
 * two stacks share a name.
 */
export function objectName(stack: string, name: string): string {
  return `${stack}.${name}`;
}
