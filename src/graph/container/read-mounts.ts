import { posix, resolve } from 'node:path';
import { type Mount, objectName } from '../../model/container.ts';
import type { MountDocument, VolumeDocument } from '../../schema/manifest.types.ts';
import { hasControl, type Reading } from './fields.ts';

/** Volumes and folders of the host, in the order of the manifest, and paths kept in memory. */
export function readMounts(reading: Reading): {
  readonly mounts: readonly Mount[];
  readonly tmpfs: readonly string[];
} {
  const { volumes = [], tmpfs = [] } = reading.fields;
  const mounts = volumes.map((written) => readMount(longForm(written), reading));
  const kept = tmpfs.map((path) => readTarget(path, 'tmpfs', reading));
  const targets = [...mounts.map(({ target }) => target), ...kept];
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) {
    reading.faults.push({
      message: `two things are mounted at "${twice}"`,
      hint: 'remove one from `volumes` or `tmpfs`',
    });
  }
  return { mounts, tmpfs: [...kept].sort() };
}

/** The folders of the host as the manifest spells them. */
export function writtenSources({ volumes = [] }: Reading['fields']): readonly string[] {
  return volumes.flatMap((written) => longForm(written).bind ?? []);
}

/** The volumes by the manifest's names for them. */
export function writtenVolumes({ volumes = [] }: Reading['fields']): readonly string[] {
  return volumes.flatMap((written) => longForm(written).volume ?? []);
}

type LongForm = Exclude<MountDocument, string>;

/** `SOURCE:TARGET[:ro|rw]`; what starts like a path is one, as in Compose. */
function longForm(written: MountDocument): LongForm {
  if (typeof written !== 'string') return written;
  const [source = '', target = '', access] = written.split(':');
  return {
    ...(/^[./~]/.test(source) ? { bind: source } : { volume: source }),
    target,
    ...(access === undefined ? {} : { readOnly: access === 'ro' }),
  };
}

function readMount({ volume, bind, target, readOnly }: LongForm, reading: Reading): Mount {
  const place = readTarget(target, 'volumes', reading);
  if (bind === undefined) {
    const found = readVolume(volume as string, reading);
    return { kind: 'volume', ...found, target: place, isReadOnly: readOnly ?? false };
  }
  // A server that may change the host's files is one that somebody said may.
  return { kind: 'bind', source: readSource(bind, reading), target: place, isReadOnly: readOnly ?? true };
}

function readSource(bind: string, { folder, faults }: Reading): string {
  if (/^~/.test(bind)) {
    faults.push({
      message: `nobody expands the "~" of "${bind}"`,
      hint: 'write the whole path, or a variable: `${var.home}/…`',
    });
  }
  if (hasControl(bind)) faults.push(controlIn('volumes'));
  return resolve(folder, bind);
}

function readVolume(name: string, { manifest, faults }: Reading) {
  const { driver, driverOptions = {}, external = false, name: other } = volumeNamed(name, manifest.volumes);
  const volume = external ? (other ?? name) : objectName(manifest.name, name);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(volume)) {
    faults.push({
      message: `"${volume}" is not the name of a volume`,
      hint: 'letters, digits, ".", "-" and "_"; a folder of the host is a `bind`',
    });
  }
  // What is there already keeps the driver that it has.
  const made = external ? {} : { driver, driverOptions };
  return {
    volume,
    isExternal: external,
    driver: made.driver ?? null,
    driverOptions: made.driverOptions ?? {},
  };
}

function volumeNamed(
  name: string,
  volumes: Reading['manifest']['volumes'],
): NonNullable<VolumeDocument> & { readonly driverOptions?: Readonly<Record<string, string>> } {
  return (Object.hasOwn(volumes, name) ? volumes[name] : {}) as NonNullable<VolumeDocument>;
}

function readTarget(path: string, field: string, { faults }: Reading): string {
  const target = posix.normalize(path).replace(/(?<=.)\/+$/, '');
  if (target === '/') {
    faults.push({
      message: `\`${field}\` would cover the container's whole file system`,
      hint: 'name a folder in it: /data',
    });
  } else if (hasControl(path)) faults.push(controlIn(field));
  else if (path.includes(':')) {
    faults.push({
      message: `"${path}" in \`${field}\` is no plain path: it has a ":"`,
      hint: 'write the path alone',
    });
  }
  return target;
}

function controlIn(field: string) {
  return { message: `a path in \`${field}\` has a control character`, hint: 'remove it' };
}
