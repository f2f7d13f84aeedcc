import { posix } from 'node:path';
import type { ContainerSpec, Mount } from '../model/container.ts';
import { privilege, volumeFacts, volumeSources } from './driver-facts.ts';
import type { EngineHost } from './engine-host.ts';
import { type Fact, fact } from './fact.ts';
import { sourceFact } from './source-fact.ts';

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

function mountFacts(mount: Mount, host: EngineHost): readonly Fact[] {
  if (mount.kind === 'bind') return [sourceFact(mount.source, host)];
  if (mount.isExternal) return [privilege('external-volume', mount.volume)];
  return volumeFacts({ ...mount, name: mount.volume }, host);
}

/** Folders of the host that a container gets, as they are sent: what the caller must find the real paths of. */
export function hostSources({ mounts }: Pick<ContainerSpec, 'mounts'>): readonly string[] {
  return [
    ...new Set(
      mounts.flatMap((mount) =>
        mount.kind === 'bind' ? [mount.source] : volumeSources(mount.driverOptions),
      ),
    ),
  ];
}
