import type { ContainerSpec, Mount, NetworkUse } from '../model/container.ts';
import { isImageId } from '../model/image-reference.ts';
import type { Template } from '../model/manifest.ts';

export interface DockerRun {
  /** Ours, beside those of the spec. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where docker writes the container's id, once there is one; it must not be there yet. */
  readonly cidFile?: string;
  readonly name?: string;
  /** Of the engine; absent: the one that docker talks to. It goes before DOCKER_HOST. */
  readonly context?: string | undefined;
}

/**
 * What follows `docker` to run a server over standard input and output: `[--context NAME] run -i --rm …`. Only what comes after the
 * image may hold the client's `${NAME}`; every option is plain text. Values of variables are not in it: docker takes
 * them from its own environment, by name.
 *
 * What the engine does anyway is left out, `--pull missing` too: a digest is its content, wherever it comes from.
 */
export function dockerRun(
  spec: ContainerSpec,
  { labels, cidFile, name, context }: DockerRun,
): readonly Template[] {
  if (spec.service !== null) throw new Error('a service does not run over standard input');
  const [program, ...first] = spec.entrypoint ?? [];
  return [
    ...contextArgs(context),
    'run',
    '-i',
    '--rm',
    // An id that is not there could be taken for the name of an image.
    ...option('pull', isImageId(spec.image) ? 'never' : null),
    ...flag('init', spec.init),
    ...option('name', name),
    ...option('cidfile', cidFile),
    ...option('platform', spec.platform),
    ...confinement(spec),
    ...limits(spec),
    ...places(spec),
    ...network(spec),
    ...option('entrypoint', program),
    ...option('workdir', spec.workingDirectory),
    ...option('stop-signal', spec.stopSignal),
    ...option('stop-timeout', spec.stopTimeoutSeconds === 10 ? null : spec.stopTimeoutSeconds),
    ...option('log-driver', spec.logging?.driver),
    ...pairs('log-opt', spec.logging?.options ?? {}),
    ...pairs('label', { ...spec.labels, ...labels }),
    ...Object.keys(spec.env).flatMap((variable) => ['-e', variable]),
    spec.image,
    ...first,
    ...spec.args,
  ];
}

/** What stands between `docker` and its command. */
export function contextArgs(context: string | undefined): readonly string[] {
  return context === undefined ? [] : ['--context', context];
}

function confinement(spec: ContainerSpec): readonly string[] {
  return [
    ...flag('privileged', spec.privileged),
    ...spec.droppedCapabilities.flatMap((capability) => option('cap-drop', capability)),
    ...spec.addedCapabilities.flatMap((capability) => option('cap-add', capability)),
    ...option('security-opt', spec.noNewPrivileges ? 'no-new-privileges' : null),
    ...option('security-opt', spec.seccomp === null ? null : `seccomp=${spec.seccomp}`),
    ...option('security-opt', spec.apparmor === null ? null : `apparmor=${spec.apparmor}`),
    ...option('user', spec.user),
    ...spec.groups.flatMap((group) => option('group-add', group)),
    ...flag('read-only', spec.isRootReadOnly),
    ...spec.devices.flatMap(({ source, target, permissions }) =>
      option('device', `${source}:${target}:${permissions}`),
    ),
  ];
}

function limits({ limits: most }: ContainerSpec): readonly string[] {
  return [
    ...option('memory', most.memoryBytes),
    ...option('memory-reservation', most.memoryReservationBytes),
    ...option('memory-swap', most.memorySwapBytes),
    ...option('shm-size', most.sharedMemoryBytes),
    ...option('cpus', most.nanoCpus === null ? null : most.nanoCpus / 1e9),
    ...option('cpu-shares', most.cpuShares),
    ...option('pids-limit', most.pids),
    ...Object.entries(most.ulimits).flatMap(([each, { soft, hard }]) =>
      option('ulimit', `${each}=${soft}:${hard}`),
    ),
  ];
}

function places({ mounts, tmpfs }: ContainerSpec): readonly string[] {
  return [
    ...mounts.flatMap((mount) => option('mount', csv(mountFields(mount)))),
    ...tmpfs.flatMap((target) => option('mount', csv(['type=tmpfs', `target=${target}`]))),
  ];
}

/** Not `-v`: that takes a missing folder for one to create, and a colon in a path for the end of it. */
function mountFields(mount: Mount): readonly string[] {
  const source = mount.kind === 'bind' ? mount.source : mount.volume;
  return [
    `type=${mount.kind}`,
    `source=${source}`,
    `target=${mount.target}`,
    ...(mount.isReadOnly ? ['readonly'] : []),
    // Podman 4.3 knows no `volume-driver`, and everybody has `local` without being told.
    ...(mount.kind === 'bind' || (mount.driver ?? 'local') === 'local'
      ? []
      : [`volume-driver=${mount.driver}`]),
    ...(mount.kind === 'bind'
      ? []
      : Object.entries(mount.driverOptions).map(([key, value]) => `volume-opt=${key}=${value}`)),
  ];
}

function network({ networks, hostname, dns, extraHosts }: ContainerSpec): readonly string[] {
  return [
    ...networkOptions(networks),
    ...option('hostname', hostname),
    ...dns.flatMap((address) => option('dns', address)),
    ...Object.entries(extraHosts).flatMap(([host, address]) => option('add-host', `${host}:${address}`)),
  ];
}

/** With several, `--network-alias` would mean the first alone; the long form is Docker's, and not Podman's. */
function networkOptions(networks: readonly NetworkUse[]): readonly string[] {
  const [only] = networks;
  if (only !== undefined && networks.length === 1) {
    return [
      ...option('network', only.network),
      ...only.aliases.flatMap((alias) => option('network-alias', alias)),
    ];
  }
  return networks.flatMap(({ network: name, aliases }) =>
    option(
      'network',
      aliases.length === 0 ? name : csv([`name=${name}`, ...aliases.map((alias) => `alias=${alias}`)]),
    ),
  );
}

function flag(name: string, isSet: boolean): readonly string[] {
  return isSet ? [`--${name}`] : [];
}

/** One argument, so that nothing in the value can be an option of its own. */
function option(name: string, value: string | number | null | undefined): readonly string[] {
  return value === null || value === undefined ? [] : [`--${name}=${value}`];
}

function pairs(name: string, values: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(values)
    .sort()
    .map((key) => `--${name}=${key}=${values[key]}`);
}

/** Docker reads `--mount` and `--network` as a line of CSV (RFC 4180). */
function csv(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}
