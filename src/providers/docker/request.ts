import { isImageId } from '../../model/image-reference.ts';
import type {
  ContainerRequest,
  EndpointSettings,
  HostConfig,
  NetworkRequest,
  PortBinding,
  ResourceUpdate,
  VolumeRequest,
} from './api.ts';
import {
  type ContainerAttributes,
  DEFAULT_NETWORK,
  type NetworkAttributes,
  type NetworkUseAttributes,
  type VolumeAttributes,
} from './attributes.ts';
import { healthConfig } from './container-health.ts';
import { digestOfProfile } from './container-security.ts';
import { UNTOLD_LABEL, untoldLabel } from './container-untold.ts';
import type { EngineIdentity } from './engine.ts';
import { IMAGE_LABEL, SECCOMP_LABEL } from './labels.ts';

export interface Extras {
  /** Ours, beside those of the attributes. */
  readonly labels: Readonly<Record<string, string>>;
  /** What is in the file that `security.seccomp` names; null where it names none. */
  readonly seccompProfile: string | null;
  /** Whose words to use. */
  readonly kind: EngineIdentity['kind'];
}

export interface ContainerCreation {
  readonly request: ContainerRequest;
  /** Networks to connect it to before the start: engines below API 1.44 create with one alone. */
  readonly others: readonly { readonly network: string; readonly aliases: readonly string[] }[];
}

/** What makes an engine create the container that the attributes describe, and nothing beyond that. */
export function containerRequest(wanted: ContainerAttributes, extras: Extras): ContainerCreation {
  const [first, ...others] = networksOf(wanted);
  const { ports = {} } = wanted;
  return {
    request: {
      name: wanted.name,
      platform: wanted.platform ?? null,
      Image: wanted.image,
      ...(wanted.entrypoint && { Entrypoint: wanted.entrypoint }),
      ...(wanted.args && { Cmd: wanted.args }),
      Env: Object.entries(wanted.env ?? {}).map(([name, value]) => `${name}=${value}`),
      ...(wanted.workingDirectory && { WorkingDir: wanted.workingDirectory }),
      ...(wanted.hostname && { Hostname: wanted.hostname }),
      ...(wanted.security.user && { User: wanted.security.user }),
      Labels: { ...wanted.labels, ...extras.labels, ...keptWords(wanted, extras) },
      // A port that is not exposed is kept, and not published.
      ExposedPorts: Object.fromEntries(Object.keys(ports).map((port) => [port, {}])),
      ...(wanted.stopSignal && { StopSignal: wanted.stopSignal }),
      ...(wanted.stopTimeout !== undefined && { StopTimeout: wanted.stopTimeout }),
      ...(wanted.healthcheck && { Healthcheck: healthConfig(wanted.healthcheck) }),
      HostConfig: hostConfig(wanted, { ...extras, network: first.network }),
      ...endpointsOf(first),
    },
    others,
  };
}

interface NetworkToJoin extends NetworkUseAttributes {
  readonly network: string;
}

/** The one that ports are published through first: an engine chooses that by name, too. */
function networksOf({ networks = {} }: ContainerAttributes): readonly [NetworkToJoin, ...NetworkToJoin[]] {
  const uses = Object.entries(networks).map(([network, { aliases }]) => ({ network, aliases }));
  const rank = ({ network }: NetworkToJoin): string => (network === DEFAULT_NETWORK ? '' : network);
  const [first, ...others] = uses.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (first === undefined) throw new Error('a container is in one network at least');
  return [first, ...others];
}

function endpointsOf({ network, aliases }: NetworkToJoin): Pick<ContainerRequest, 'NetworkingConfig'> {
  if (aliases.length === 0) return {};
  const endpoint: EndpointSettings = { Aliases: aliases };
  return { NetworkingConfig: { EndpointsConfig: { [network]: endpoint } } };
}

/** What the engine does not tell again, for whoever reads the container. */
function keptWords(
  wanted: ContainerAttributes,
  { seccompProfile, kind }: Extras,
): Readonly<Record<string, string>> {
  const local = isImageId(wanted.image) ? { [IMAGE_LABEL]: wanted.image } : {};
  if (kind === 'podman') return { ...local, [UNTOLD_LABEL]: untoldLabel(wanted) };
  if (seccompProfile === null) return local;
  const profile = `${wanted.security.seccomp}@${digestOfProfile(seccompProfile)}`;
  return { ...local, [SECCOMP_LABEL]: profile };
}

function hostConfig(wanted: ContainerAttributes, extras: Extras & { readonly network: string }): HostConfig {
  const { security, logging, dns, devices } = wanted;
  return {
    NetworkMode: extras.network,
    RestartPolicy: { Name: wanted.restart, MaximumRetryCount: 0 },
    Init: wanted.init,
    ...resourcesOf(wanted),
    Mounts: Object.entries(wanted.volumes ?? {}).map(([target, mount]) => ({
      ...('bind' in mount
        ? { Type: 'bind' as const, Source: mount.bind }
        : { Type: 'volume' as const, Source: mount.volume }),
      Target: target,
      ReadOnly: mount.readOnly,
    })),
    ...(wanted.tmpfs && { Tmpfs: wanted.tmpfs }),
    PortBindings: Object.fromEntries(
      Object.entries(wanted.ports ?? {}).map(([port, place]) => [port, [bindingAt(place)]]),
    ),
    Privileged: security.privileged,
    ReadonlyRootfs: security.readOnly,
    ...(security.dropCapabilities && { CapDrop: security.dropCapabilities }),
    ...(security.addCapabilities && { CapAdd: security.addCapabilities }),
    ...(security.groups && { GroupAdd: security.groups }),
    SecurityOpt: securityOptions(wanted, extras),
    ...(dns && { Dns: dns }),
    ...(wanted.extraHosts && {
      ExtraHosts: Object.entries(wanted.extraHosts).map(([name, address]) => `${name}:${address}`),
    }),
    ...(devices && { Devices: devices.map(deviceAt) }),
    ...(logging && { LogConfig: { Type: logging.driver ?? '', Config: logging.options ?? {} } }),
  };
}

function resourcesOf({ resources = {} }: ContainerAttributes): HostConfig {
  const { sharedMemory, ulimits = {} } = resources;
  return {
    ...limitsOf(resources),
    ...(sharedMemory !== undefined && { ShmSize: sharedMemory }),
    Ulimits: Object.entries(ulimits).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard })),
  };
}

type Limits = Omit<ResourceUpdate, 'RestartPolicy'>;

function limitsOf(resources: NonNullable<ContainerAttributes['resources']>): Limits {
  const { memory, memoryReservation, memorySwap, cpus, cpuShares, pids } = resources;
  return {
    ...(memory !== undefined && { Memory: memory }),
    ...(memoryReservation !== undefined && { MemoryReservation: memoryReservation }),
    ...(memorySwap !== undefined && { MemorySwap: memorySwap }),
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
    ...(cpuShares !== undefined && { CpuShares: cpuShares }),
    ...(pids !== undefined && { PidsLimit: pids }),
  };
}

/**
 * All that can be changed while it runs, as wanted. Swap goes with memory: an engine refuses more memory than it
 * limits memory and swap together to.
 */
export function resourceUpdate({ resources = {}, restart }: ContainerAttributes): ResourceUpdate {
  const { memory, memorySwap } = resources;
  return {
    ...limitsOf(resources),
    ...(memory !== undefined && memorySwap === undefined && { MemorySwap: memory * 2 }),
    RestartPolicy: { Name: restart, MaximumRetryCount: 0 },
  };
}

/** `127.0.0.1:3001`, `[::1]:auto`. */
function bindingAt(place: string): PortBinding {
  const [, address = '', port = ''] = /^\[?(.*?)\]?:([^:]+)$/.exec(place) ?? [];
  return { HostIp: address, HostPort: port === 'auto' ? '' : port };
}

function deviceAt(device: string): NonNullable<HostConfig['Devices']>[number] {
  const [PathOnHost = '', PathInContainer = '', CgroupPermissions = ''] = device.split(':');
  return { PathOnHost, PathInContainer, CgroupPermissions };
}

function securityOptions({ security }: ContainerAttributes, extras: Extras): readonly string[] {
  const { seccomp, apparmor } = security;
  return [
    ...(security.noNewPrivileges ? ['no-new-privileges'] : []),
    ...(seccomp === undefined ? [] : [`seccomp=${seccompFor(seccomp, extras)}`]),
    ...(apparmor === undefined ? [] : [`apparmor=${apparmor}`]),
  ];
}

/** Docker is sent the profile itself; Podman reads the file, on its own machine. */
function seccompFor(seccomp: string, { seccompProfile, kind }: Extras): string {
  if (seccomp === 'unconfined' || kind === 'podman') return seccomp;
  if (seccompProfile === null) throw new Error(`what is in "${seccomp}" is missing`);
  return seccompProfile;
}

export function networkRequest(
  name: string,
  { driver, driverOptions = {}, internal, ipv6, labels }: NetworkAttributes,
  ours: Readonly<Record<string, string>>,
): NetworkRequest {
  return {
    Name: name,
    Driver: driver,
    Internal: internal,
    EnableIPv6: ipv6,
    Options: driverOptions,
    Labels: { ...labels, ...ours },
  };
}

export function volumeRequest(
  name: string,
  { driver, driverOptions = {}, labels }: VolumeAttributes,
  ours: Readonly<Record<string, string>>,
): VolumeRequest {
  return { Name: name, Driver: driver, DriverOpts: driverOptions, Labels: { ...labels, ...ours } };
}
