import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';

/**
 * What plan, observation and apply say of an object on an engine: plain JSON in the manifest's own words. What nobody
 * asks for is absent; there are no empty objects, and no empty lists but `aliases`. Lists whose order means nothing
 * are sorted by code unit.
 */
export type ContainerAttributes = {
  /**
   * `running` is all that is ever wanted. Observed also: `created`, `restarting`, `paused`, `exited`, `removing`,
   * `dead`, and `unhealthy`, which is running by the engine's own check and does not pass it.
   */
  readonly status: string;
  /** The engine's name for it: `stack.server`. */
  readonly name: string;
  /**
   * `docker.io/library/redis@sha256:…`: registry and repository in full, no tag, as the digest is the content.
   * Observed `sha256:…` alone is the engine's id of an image that goes by no digest.
   */
  readonly image: string;
  /** `linux/arm64`, `linux/arm/v7`. */
  readonly platform?: string;
  readonly entrypoint?: readonly string[];
  readonly args?: readonly string[];
  /** Observed null: the engine keeps this one of the image's variables from the program. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly workingDirectory?: string;
  readonly hostname?: string;
  readonly security: SecurityAttributes;
  readonly resources?: ResourceAttributes;
  /** By the path in the container. */
  readonly volumes?: Readonly<Record<string, MountAttributes>>;
  /** Options of the mount by the path in the container; ours have none. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** By the engine's name; `default` is the one that a container is in which names none. */
  readonly networks?: Readonly<Record<string, NetworkUseAttributes>>;
  /** Addresses, in the order in which they are asked. */
  readonly dns?: readonly string[];
  /** Name → address, or `host-gateway`. */
  readonly extraHosts?: Readonly<Record<string, string>>;
  /** `/dev/dri:/dev/dri:rwm` */
  readonly devices?: readonly string[];
  /** `3001/tcp` → `127.0.0.1:3001`, `[::1]:3001`; `127.0.0.1:auto` where the engine chooses; several by `, `. */
  readonly ports?: Readonly<Record<string, string>>;
  /** `no`, `always`, `unless-stopped`, `on-failure`; observed also `on-failure:3`, which gives up. */
  readonly restart: string;
  readonly init: boolean;
  /** `SIGINT` */
  readonly stopSignal?: string;
  /** Seconds. */
  readonly stopTimeout?: number;
  /** Without those that are ours. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly logging?: LoggingAttributes;
  readonly healthcheck?: HealthcheckAttributes;
  /** Never wanted: what no manifest can ask for, in the engine's own words (`PidMode`, `AutoRemove`). */
  readonly other?: JsonObject;
};

export type SecurityAttributes = {
  /** `USER[:GROUP]` */
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly readOnly: boolean;
  /** Without `CAP_`; `ALL` for all. */
  readonly dropCapabilities?: readonly string[];
  readonly addCapabilities?: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly privileged: boolean;
  /** `unconfined`, or the path of a profile; observed also `sha256:…` of one that is not from that file. */
  readonly seccomp?: string;
  readonly apparmor?: string;
};

export type ResourceAttributes = {
  /** Bytes. */
  readonly memory?: number;
  readonly memoryReservation?: number;
  /** Memory and swap together; observed -1: without limit. */
  readonly memorySwap?: number;
  readonly sharedMemory?: number;
  /** Cores. */
  readonly cpus?: number;
  readonly cpuShares?: number;
  readonly pids?: number;
  readonly ulimits?: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
};

export type MountAttributes =
  | { readonly volume: string; readonly readOnly: boolean }
  | { readonly bind: string; readonly readOnly: boolean };

export type NetworkUseAttributes = {
  /** Names under which others in this network find it. */
  readonly aliases: readonly string[];
};

export type LoggingAttributes = {
  readonly driver?: string;
  readonly options?: Readonly<Record<string, string>>;
};

/** The check that the engine runs, with times in ms. */
export type HealthcheckAttributes = {
  /** The program and its arguments; observed `[]`: the image's check is switched off. */
  readonly command?: readonly string[];
  readonly interval?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly startPeriod?: number;
};

export type NetworkAttributes = {
  readonly driver: string;
  readonly driverOptions?: Readonly<Record<string, string>>;
  readonly internal: boolean;
  readonly ipv6: boolean;
  readonly labels?: Readonly<Record<string, string>>;
};

export type VolumeAttributes = {
  readonly driver: string;
  readonly driverOptions?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
};

export type ImageAttributes = {
  /** As a container's. */
  readonly image: string;
  readonly platform?: string;
};

/** The network that a container is in which names none, whatever the engine calls it. */
export const DEFAULT_NETWORK = 'default';

/** An object whose members may also be there without a value. */
export interface Members {
  readonly [name: string]: Json | undefined | Members;
}

/** The same without what has no value, and without empty objects. */
export function withoutEmpty(value: Members): JsonObject {
  return pruned(value) ?? {};
}

function pruned(value: Members): JsonObject | undefined {
  const kept: [string, Json][] = [];
  for (const name of Object.keys(value)) {
    const member = value[name];
    const rest = isJsonObject(member) ? pruned(member) : (member as Json | undefined);
    if (rest !== undefined) kept.push([name, rest]);
  }
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** The attributes of a container, which only `render` and `observe` make. */
export function asContainer(attributes: JsonObject): ContainerAttributes {
  return attributes as ContainerAttributes;
}

export function asNetwork(attributes: JsonObject): NetworkAttributes {
  return attributes as NetworkAttributes;
}

export function asVolume(attributes: JsonObject): VolumeAttributes {
  return attributes as VolumeAttributes;
}

export function asImage(attributes: JsonObject): ImageAttributes {
  return attributes as ImageAttributes;
}
