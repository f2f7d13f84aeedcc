import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EngineKind, EngineOptions, EngineVersion } from './engine.ts';
import { type Bed, SYSTEM_PATH } from './engine-bed.ts';
import { missing, pins, requireProgram } from './pins.ts';

const newer = resolve(import.meta.dirname, `../../.cache/engine-${pins.engine.atLeast}/usr`);

/** Where its programs are; what it lacks, runc above all, is the machine's. */
export const pathOf = (version: EngineVersion): string =>
  version === 'debian' ? SYSTEM_PATH : `${newer}/sbin:${newer}/bin:${SYSTEM_PATH}`;

/**
 * Whether tests with real engines can run: for `describe.runIf`. When they cannot, that is an error where `CI` is
 * set, and elsewhere a line that nobody can overlook.
 */
export function requireEngine({ version }: Pick<EngineKind, 'version'>): boolean {
  return (
    requireRoot() &&
    ['ip', 'docker-init', 'dockerd', 'containerd', 'runc'].every(requireInstalled) &&
    (version === 'debian' || requireProgram(newer, `Docker ${version}`))
  );
}

export function requireRoot(): boolean {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return isRoot || missing('container engines start on Linux, for root alone');
}

export function requireInstalled(name: string): boolean {
  const path = SYSTEM_PATH.split(':')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
  return (
    path !== undefined || missing(`"${name}" is not installed; see .ci/run for what container engines need`)
  );
}

/** Writes daemon.json and returns its path: all that the engine is told, the machine's own file is not read. */
export function writeConfig(
  bed: Bed,
  { store, liveRestore, listen = [], config, socket }: EngineOptions & { socket: string },
): string {
  const { network } = bed;
  const file = join(bed.folder, 'daemon.json');
  const text = JSON.stringify({
    'data-root': join(bed.folder, 'data'),
    'exec-root': join(bed.folder, 'exec'),
    pidfile: join(bed.folder, 'docker.pid'),
    hosts: [`unix://${socket}`, ...listen],
    ...(store === 'containerd'
      ? { features: { 'containerd-snapshotter': true } }
      : { 'storage-driver': 'overlay2' }),
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    'cgroup-parent': bed.cgroup,
    'live-restore': liveRestore ?? false,
    // Names of nobody are unknown at once, instead of after the time that the machine's name server takes.
    dns: ['127.0.0.1'],
    ...(network !== null && {
      bridge: network.bridge,
      'default-address-pools': [{ base: network.pool, size: 24 }],
      // The second engine that writes packet filters flushes those of the first. Ports are published by docker-proxy.
      iptables: false,
      ip6tables: false,
      'ip-forward': false,
      'ip-masq': false,
    }),
    ...config,
  });
  writeFileSync(file, text);
  return file;
}

/** What a client of the engine needs, over the environment of its home. */
export function clientEnvironment(
  bed: Bed,
  { socket, path }: { readonly socket: string; readonly path: string },
): Readonly<Record<string, string>> {
  const config = join(bed.folder, 'client');
  mkdirSync(config, { mode: 0o700 });
  return { PATH: path, DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: config };
}
