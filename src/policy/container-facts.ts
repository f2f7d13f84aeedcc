import { posix } from 'node:path';
import type { ContainerSpec, Mount } from '../model/container.ts';
import { type Fact, fact } from './fact.ts';
import { forbiddenSource, type KnownPlaces } from './forbidden-source.ts';

/** What is known of the machine that the engine runs on. */
export interface EngineHost extends KnownPlaces {
  /**
   * Real path of each folder of the host that a container is to have, by the path as it is sent. Null, or not in it:
   * nobody could find out (another machine, no permission, not there), and what is not known is not allowed.
   */
  readonly realPaths: ReadonlyMap<string, string | null>;
}

/** What a container asks of its host, as it will be sent to an engine. */
export function containerFacts(spec: ContainerSpec, host: EngineHost): readonly Fact[] {
  return [
    ...spec.mounts.flatMap((mount) => mountFacts(mount, host)),
    ...(spec.privileged ? [fact('privileges', 'privileged', 'a privileged container')] : []),
    ...spec.addedCapabilities.map((name) => privilege('capability', name)),
    ...spec.devices.map(({ source }) => privilege('device', posix.normalize(source))),
    ...(spec.networks.some(({ network }) => network === 'host')
      ? [fact('privileges', 'namespace:network', "the host's own network")]
      : []),
    // A profile beside the manifest comes with it: it may allow as much as none.
    ...(spec.seccomp === null ? [] : [privilege('seccomp', spec.seccomp)]),
    ...(spec.apparmor === null || spec.apparmor === 'docker-default'
      ? []
      : [privilege('apparmor', spec.apparmor)]),
  ];
}

function privilege(kind: string, name: string): Fact {
  return fact('privileges', `${kind}:${name}`, `${kind} "${name}"`);
}

function mountFacts(mount: Mount, host: EngineHost): readonly Fact[] {
  if (mount.kind === 'bind') return [sourceFact(mount.source, host)];
  if (mount.isExternal) return [privilege('external-volume', mount.volume)];
  const { driver, driverOptions, volume } = mount;
  return [
    ...(driver === null || driver === 'local' ? [] : [privilege('volume-driver', driver)]),
    // Options often hold a password.
    ...Object.entries(driverOptions).map(([key, value]) =>
      fact('privileges', `volume-option:${key}=${value}`, `option "${key}" of volume "${volume}"`),
    ),
    ...sourcesOf(mount).map((source) => sourceFact(source, host)),
  ];
}

/** Folders of the host that a container gets, as they are sent: what the caller must find the real paths of. */
export function hostSources({ mounts }: ContainerSpec): readonly string[] {
  return [...new Set(mounts.flatMap(sourcesOf))];
}

function sourcesOf(mount: Mount): readonly string[] {
  if (mount.kind === 'bind') return [mount.source];
  // With these a volume is a folder of the host by another name: `o: bind`, or the layers of an overlay.
  const { device = '', o = '' } = mount.driverOptions;
  const layers = [...o.matchAll(/(?<=[=:])\/[^,:]*/g)].map(([path]) => path);
  return /^(?:[/\\.]|[a-z]:[/\\])/i.test(device) ? [device, ...layers] : layers;
}

/**
 * Judged by its real path; what is forbidden is so under either name. A link may be moved afterwards, so whoever
 * starts the container looks again.
 */
function sourceFact(source: string, host: EngineHost): Fact {
  const real = realPath(source, host);
  const danger =
    (real === null ? null : forbiddenSource(real, host)) ??
    forbiddenSource(source, host) ??
    (real === null ? 'whose real path nobody knows' : null);
  const place = real === null || real === source ? '' : `, which is "${real}"`;
  return {
    ...fact('mounts', real, `folder "${source}" of the host${place}${danger === null ? '' : ` (${danger})`}`),
    ...(real === source ? {} : { also: [source] }),
    ...(danger === null ? {} : { danger }),
  };
}

/** Links in `/proc` lead somewhere else for everybody who follows them. */
function realPath(source: string, { realPaths }: EngineHost): string | null {
  const real = realPaths.get(source) ?? null;
  return /^\/proc\//.test(source) && real !== source ? null : real;
}
