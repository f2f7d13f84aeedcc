import type { JsonObject } from '../../model/json.ts';
import type { ImageInfo } from './api.ts';
import { asContainer, type ContainerAttributes, type Members } from './attributes.ts';
import { readEnv } from './container-env.ts';
import { readFolder } from './container-folder.ts';
import { readHealthcheck } from './container-health.ts';
import { readLabels } from './container-labels.ts';
import { type Reading, shortId, unlessEmpty } from './container-reading.ts';
import { readStopSignal } from './container-stop-signal.ts';
import { oncePerImage } from './once-per-image.ts';

/**
 * What a container of which nothing is asked gets from its image and its engine. Where that is not told, it is taken to
 * be what is there: nobody shall repair for ever what an administrator made the default.
 */
export function broughtAlong(reading: Reading, attributes: JsonObject): Members {
  const there = asContainer(attributes);
  return { ...fromEngine(reading, there), ...fromImage(reading, there) };
}

function fromEngine({ info, kind, engine }: Reading, there: ContainerAttributes): Members {
  // With its driver go options that an administrator chose for all containers.
  const isUsualDriver = !engine?.logDriver || engine.logDriver === there.logging?.driver;
  const isNamedByHost = info.HostConfig.NetworkMode === 'host';
  const cannotLimitSwap = engine?.cannotLimit.includes('memorySwap') !== false;
  const { memory, memorySwap, sharedMemory, ulimits } = there.resources ?? {};
  return {
    platform: there.platform,
    hostname: isNamedByHost ? there.hostname : shortId(info),
    resources: {
      memorySwap: memorySwap === -1 && cannotLimitSwap ? -1 : memory === undefined ? undefined : memory * 2,
      sharedMemory,
      ...(kind === 'podman' && { ulimits }),
    },
    ...(kind === 'podman' && there.security.readOnly && { tmpfs: WRITABLE_ALL_THE_SAME }),
    logging: isUsualDriver ? there.logging : undefined,
  };
}

/** Podman keeps these in memory when everything else may only be read. */
const WRITABLE_ALL_THE_SAME = { '/run': '', '/tmp': '', '/var/tmp': '' };

function fromImage({ image, kind }: Reading, there: ContainerAttributes): Members {
  const { env, labels, entrypoint, args, workingDirectory, stopSignal, healthcheck } = there;
  if (image === null) {
    return {
      ...{ env, labels, entrypoint, args, workingDirectory, stopSignal, healthcheck },
      security: { user: there.security.user },
      volumes: madeByEngine(there),
    };
  }
  const config = image.Config ?? {};
  const always = saidBy(image);
  return {
    ...always,
    ...(kind === 'podman' && { env: { ...podmanEnv(there), ...always.env } }),
    args: argsFrom(config, there),
    volumes: Object.fromEntries(
      Object.entries(madeByEngine(there)).filter(([target]) => Object.hasOwn(config.Volumes ?? {}, target)),
    ),
  };
}

/** What an image says whatever is asked of a container. */
const saidBy = oncePerImage(({ Config: config }) => ({
  env: readEnv(config?.Env),
  labels: readLabels(config?.Labels),
  entrypoint: unlessEmpty(config?.Entrypoint),
  workingDirectory: readFolder(config?.WorkingDir) ?? '/',
  security: { user: config?.User || undefined },
  stopSignal: readStopSignal(config?.StopSignal) ?? 'SIGTERM',
  healthcheck: readHealthcheck(config?.Healthcheck),
}));

/** What Podman tells every program, where its image says nothing else. */
function podmanEnv({ env, hostname }: ContainerAttributes): Members {
  return { PATH: PODMAN_PATH, TERM: 'xterm', container: 'podman', HOME: env?.['HOME'], HOSTNAME: hostname };
}

const PODMAN_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** With another entry point, an engine drops the image's arguments. */
function argsFrom(
  { Entrypoint, Cmd }: NonNullable<ImageInfo['Config']>,
  { entrypoint = [] }: ContainerAttributes,
): readonly string[] | undefined {
  return JSON.stringify(entrypoint) === JSON.stringify(Entrypoint ?? []) ? unlessEmpty(Cmd) : undefined;
}

/** Volumes that nobody gave a name. */
function madeByEngine({ volumes = {} }: ContainerAttributes): NonNullable<ContainerAttributes['volumes']> {
  return Object.fromEntries(
    Object.entries(volumes).filter(([, mount]) => 'volume' in mount && /^[0-9a-f]{64}$/.test(mount.volume)),
  );
}
