import type { HostConfig, PortBinding, ResourceUpdate } from './api.ts';
import type { ContainerAttributes } from './attributes.ts';
import type { EngineIdentity } from './engine.ts';

export interface Extras {
  /** Ours, beside those of the attributes. */
  readonly labels: Readonly<Record<string, string>>;
  /** What is in the file that `security.seccomp` names; null where it names none. */
  readonly seccompProfile: string | null;
  /** Whose words to use. */
  readonly kind: EngineIdentity['kind'];
}

/** What a container is asked for of its host. `network` is the one that it is created in. */
export function hostConfig(
  wanted: ContainerAttributes,
  extras: Extras & { readonly network: string },
): HostConfig {
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

/** Limits that can also be moved while it runs. */
export function limitsOf(
  resources: NonNullable<ContainerAttributes['resources']>,
): Omit<ResourceUpdate, 'RestartPolicy'> {
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
