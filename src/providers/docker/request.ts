import { isImageId } from '../../model/image-reference.ts';
import type {
  ContainerRequest,
  EndpointSettings,
  NetworkRequest,
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
import { type Extras, hostConfig, limitsOf } from './host-config.ts';
import { IMAGE_LABEL, SECCOMP_LABEL } from './labels.ts';

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
