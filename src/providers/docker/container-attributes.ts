import type { JsonObject, Pointer } from '../../model/json.ts';
import { type Members, withoutEmpty } from './attributes.ts';
import { broughtAlong } from './container-brought.ts';
import { readEnv } from './container-env.ts';
import { readFolder } from './container-folder.ts';
import { readHealthcheck } from './container-health.ts';
import { readImage, readPlatform } from './container-image.ts';
import { readLabels } from './container-labels.ts';
import { readLimits } from './container-limits.ts';
import { readTmpfs, readVolumes } from './container-mounts.ts';
import { readDevices, readExtraHosts, readNetworks } from './container-networks.ts';
import { readOther } from './container-other.ts';
import { readPorts } from './container-ports.ts';
import { type Reading, unlessEmpty } from './container-reading.ts';
import { readSecurity } from './container-security.ts';
import { readStatus } from './container-status.ts';
import { readStopSignal } from './container-stop-signal.ts';
import { inWordsAsked, UNTOLD_LABEL } from './container-untold.ts';
import { sharedLeaves } from './shared-leaves.ts';

export interface ContainerState {
  readonly attributes: JsonObject;
  /** Pointers at what nobody asked for, as far as can be told: the image or the engine would say just that. */
  readonly unknown: readonly Pointer[];
}

/**
 * What a container is, in the words of `render`: created from a rendered object, it reads as that object, and as what
 * is listed as unknown. The same container always reads the same.
 */
export function readContainer(reading: Reading): ContainerState {
  const told = withoutEmpty(read(reading));
  const attributes =
    reading.kind === 'podman' ? inWordsAsked(told, reading.info.Config.Labels?.[UNTOLD_LABEL]) : told;
  return { attributes, unknown: sharedLeaves(attributes, broughtAlong(reading, attributes)) };
}

function read(reading: Reading): Members {
  const { info } = reading;
  const { Config: config, HostConfig: host } = info;
  return {
    status: readStatus(info.State),
    name: info.Name.replace(/^\//, ''),
    image: readImage(reading),
    platform: readPlatform(reading),
    entrypoint: unlessEmpty(config.Entrypoint),
    args: unlessEmpty(config.Cmd),
    env: readEnv(config.Env),
    workingDirectory: readFolder(config.WorkingDir),
    hostname: config.Hostname || undefined,
    security: readSecurity(reading),
    resources: readLimits(host),
    volumes: readVolumes(reading),
    tmpfs: readTmpfs(reading),
    networks: readNetworks(reading),
    dns: unlessEmpty(host.Dns),
    extraHosts: readExtraHosts(host.ExtraHosts),
    devices: readDevices(host.Devices),
    ports: readPorts(host),
    restart: readRestart(host.RestartPolicy),
    init: host.Init === true,
    stopSignal: readStopSignal(config.StopSignal),
    stopTimeout: config.StopTimeout ?? undefined,
    labels: readLabels(config.Labels),
    logging: { driver: host.LogConfig?.Type || undefined, options: host.LogConfig?.Config ?? undefined },
    healthcheck: readHealthcheck(config.Healthcheck),
    other: readOther(reading),
  };
}

function readRestart(
  policy: { readonly Name?: string; readonly MaximumRetryCount?: number } | undefined,
): string {
  const { Name: name = '', MaximumRetryCount: most = 0 } = policy ?? {};
  if (name === '') return 'no';
  return most > 0 ? `${name}:${most}` : name;
}
