import type { MountPoint, MountRequest } from './api.ts';
import type { MountAttributes } from './attributes.ts';
import type { Reading } from './container-reading.ts';

/**
 * Volumes and folders of the host, by where they are. As it was asked where that is known: Docker Desktop answers with
 * the path in its virtual machine.
 */
export function readVolumes({ info }: Reading): Readonly<Record<string, MountAttributes>> {
  const mounts = new Map<string, MountAttributes>();
  for (const mount of info.Mounts ?? []) keep(mount.Destination, readMount(mount));
  for (const mount of info.HostConfig.Mounts ?? []) keep(mount.Target, readRequest(mount));
  return Object.fromEntries([...mounts].sort(([a], [b]) => (a < b ? -1 : 1)));

  function keep(target: string | undefined, mount: MountAttributes | null): void {
    if (target !== undefined && mount !== null) mounts.set(target, mount);
  }
}

function readMount({ Type, Name = '', Source = '', RW }: MountPoint): MountAttributes | null {
  const readOnly = RW === false;
  if (Type === 'volume') return { volume: Name, readOnly };
  return Type === 'bind' ? { bind: Source, readOnly } : null;
}

function readRequest({ Type, Source = '', ReadOnly }: MountRequest): MountAttributes | null {
  const readOnly = ReadOnly === true;
  if (Type === 'bind') return { bind: Source, readOnly };
  // Without a name it is one that the engine made, which has a name by now.
  return Type === 'volume' && Source !== '' ? { volume: Source, readOnly } : null;
}

/** What Podman mounts a path in memory with when it is asked for nothing. */
const PODMAN_OPTIONS = 'rw,rprivate,nosuid,nodev,tmpcopyup';

/** Paths in memory with the options of their mounts. */
export function readTmpfs({ info: { HostConfig: host }, kind }: Reading): Readonly<Record<string, string>> {
  const mounts = (host.Mounts ?? []).flatMap(({ Type, Target, ReadOnly, TmpfsOptions }) =>
    Type === 'tmpfs' ? [[Target, optionsOf(ReadOnly, TmpfsOptions)] as const] : [],
  );
  const paths = Object.entries(host.Tmpfs ?? {}).map(
    ([path, options]) => [path, kind === 'podman' && options === PODMAN_OPTIONS ? '' : options] as const,
  );
  return Object.fromEntries([...paths, ...mounts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function optionsOf(
  readOnly: boolean | undefined,
  { SizeBytes, Mode }: MountRequest['TmpfsOptions'] = {},
): string {
  return [
    ...(readOnly === true ? ['ro'] : []),
    ...(SizeBytes === undefined || SizeBytes === 0 ? [] : [`size=${SizeBytes}`]),
    ...(Mode === undefined || Mode === 0 ? [] : [`mode=${Mode.toString(8)}`]),
  ].join(',');
}
