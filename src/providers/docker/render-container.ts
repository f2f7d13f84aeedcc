import { posix } from 'node:path';
import { folderText, SECRETS_FOLDER } from '../../graph/secret-files.ts';
import type { ContainerSpec, HealthCheck, Limits, Mount, NetworkUse } from '../../model/container.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Template } from '../../model/manifest.ts';
import { templateText } from '../../model/template.ts';
import {
  type ContainerAttributes,
  DEFAULT_NETWORK,
  type HealthcheckAttributes,
  type MountAttributes,
  type ResourceAttributes,
  type SecurityAttributes,
  withoutEmpty,
} from './attributes.ts';
import { imageContent, normalizePlatform } from './image-name.ts';

/** The container `name` that the spec asks for. A null or an empty list of the spec leaves it to image and engine. */
export function renderContainer(name: string, spec: ContainerSpec): JsonObject {
  const attributes: Partially<ContainerAttributes> = {
    status: 'running',
    name,
    image: imageContent(spec.image),
    platform: spec.platform === null ? undefined : normalizePlatform(spec.platform),
    entrypoint: unlessEmpty(spec.entrypoint ?? []),
    args: unlessEmpty(spec.args.map(plainText)),
    env: Object.fromEntries(Object.entries(spec.env).map(([key, value]) => [key, variableText(value)])),
    workingDirectory: spec.workingDirectory === null ? undefined : normalizeFolder(spec.workingDirectory),
    hostname: spec.hostname ?? undefined,
    security: securityOf(spec),
    resources: resourcesOf(spec.limits),
    volumes: volumesOf(spec),
    tmpfs: Object.fromEntries(spec.tmpfs.map((target) => [target, ''])),
    networks: networksOf(spec.networks),
    dns: unlessEmpty(spec.dns),
    extraHosts: spec.extraHosts,
    devices: unlessEmpty(
      spec.devices.map(({ source, target, permissions }) => `${source}:${target}:${permissions}`).sort(),
    ),
    ports: portsOf(spec),
    restart: spec.restart,
    init: spec.init,
    stopSignal: spec.stopSignal ?? undefined,
    stopTimeout: spec.stopTimeoutSeconds,
    labels: spec.labels,
    logging: { driver: spec.logging?.driver ?? undefined, options: spec.logging?.options },
    healthcheck: healthcheckOf(spec.health),
  };
  return withoutEmpty(attributes as Parameters<typeof withoutEmpty>[0]);
}

/** Optional members may also be there without a value. */
type Partially<T> = { readonly [Key in keyof T]?: Partially<T[Key]> | undefined };

/** What is filled in later is for those who start a program themselves; an engine would keep it for all to see. */
function plainText(template: Template): string {
  if (typeof template === 'string') return template;
  throw new Error('a secret or a variable of the client cannot be given to an engine');
}

/** A secret is named; apply fills it in. Nobody expands what a client would. */
function variableText(template: Template): string {
  const isOurs =
    typeof template === 'string' || template.every((part) => typeof part === 'string' || 'secret' in part);
  if (isOurs) return templateText(template);
  throw new Error('a variable of the client cannot be given to an engine');
}

/** As an engine keeps it: `/tmp/` → `/tmp`. */
export function normalizeFolder(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/+$/, '');
}

function unlessEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function securityOf(spec: ContainerSpec): Partially<SecurityAttributes> {
  return {
    user: spec.user ?? undefined,
    groups: unlessEmpty([...spec.groups].sort()),
    readOnly: spec.isRootReadOnly,
    dropCapabilities: unlessEmpty([...spec.droppedCapabilities].sort()),
    addCapabilities: unlessEmpty([...spec.addedCapabilities].sort()),
    noNewPrivileges: spec.noNewPrivileges,
    privileged: spec.privileged,
    seccomp: spec.seccomp ?? undefined,
    apparmor: spec.apparmor ?? undefined,
  };
}

function resourcesOf(limits: Limits): Partially<ResourceAttributes> {
  return {
    memory: limits.memoryBytes ?? undefined,
    memoryReservation: limits.memoryReservationBytes ?? undefined,
    memorySwap: limits.memorySwapBytes ?? undefined,
    sharedMemory: limits.sharedMemoryBytes ?? undefined,
    cpus: limits.nanoCpus === null ? undefined : limits.nanoCpus / 1e9,
    cpuShares: limits.cpuShares ?? undefined,
    pids: limits.pids ?? undefined,
    ulimits: limits.ulimits,
  };
}

function volumesOf({ mounts, secretFiles = [] }: ContainerSpec): Readonly<Record<string, MountAttributes>> {
  const volumes = Object.fromEntries(mounts.map((mount) => [mount.target, mountOf(mount)]));
  if (secretFiles.length === 0) return volumes;
  return { ...volumes, [SECRETS_FOLDER]: { bind: folderText(secretFiles), readOnly: true } };
}

function mountOf(mount: Mount): MountAttributes {
  const readOnly = mount.isReadOnly;
  return mount.kind === 'bind' ? { bind: mount.source, readOnly } : { volume: mount.volume, readOnly };
}

/** What Docker and Podman call the network that a container is in which names none. */
const DEFAULT_NAMES: ReadonlySet<string> = new Set([DEFAULT_NETWORK, 'bridge', 'podman']);

function networksOf(uses: readonly NetworkUse[]): ContainerAttributes['networks'] {
  if (uses.length === 0) return { [DEFAULT_NETWORK]: { aliases: [] } };
  return Object.fromEntries(
    uses.map(({ network, aliases }) => [
      DEFAULT_NAMES.has(network) ? DEFAULT_NETWORK : network,
      { aliases: [...aliases].sort() },
    ]),
  );
}

/** In the network of the host it listens where it likes: Docker keeps what is to be published there, Podman drops it. */
function portsOf({ service, networks }: ContainerSpec): ContainerAttributes['ports'] {
  if (service === null || networks.some(({ network }) => network === 'host')) return undefined;
  const { address, port } = service.publish;
  return { [`${service.port}/tcp`]: publishedAt(address, String(port)) };
}

/** `127.0.0.1:3001`, `[::1]:auto`. */
export function publishedAt(address: string, port: string): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Only a program in the container is a check of the engine's; the others are made from outside. */
function healthcheckOf(health: HealthCheck | null): HealthcheckAttributes | undefined {
  if (health?.kind !== 'command') return undefined;
  return {
    command: health.command,
    interval: health.intervalMs,
    timeout: health.timeoutMs,
    retries: health.retries,
    // An engine takes nothing for the image's own, so the least there is stands for none at all.
    startPeriod: health.startPeriodMs > 1 ? health.startPeriodMs : 0,
  };
}
