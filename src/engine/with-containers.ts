import { dirname } from 'node:path';
import { containerSpec } from '../graph/container-spec.ts';
import type { ContainerSpec } from '../model/container.ts';
import type { Desired } from '../model/resource.ts';
import type { Expansion } from './expansion.ts';

/**
 * What is desired, with the container of each server from an image that would run once it is locked: what it asks of
 * its host stands in the manifest, whatever the image will be. For judging; no engine must be asked for it.
 */
export function withContainers({
  manifest,
  resources,
}: Pick<Expansion, 'manifest' | 'resources'>): readonly Desired[] {
  const folder = dirname(manifest.files[0] ?? '/');
  const images = new Map(
    manifest.servers.flatMap((server) =>
      server.runtime.kind === 'image' ? [[server.name, server] as const] : [],
    ),
  );
  const specs = new Map<string, ContainerSpec>();
  return resources.map(({ desired }) => {
    if (desired.kind !== 'entry' || desired.container !== undefined || desired.blocked === undefined) {
      return desired;
    }
    const server = images.get(desired.server);
    // What is reached by URL has a container of its own.
    if (server === undefined || server.transport !== 'stdio') return desired;
    const spec = specs.get(server.name) ?? containerSpec(server, { manifest, pin: undefined, folder }).spec;
    specs.set(server.name, spec);
    return { ...desired, container: spec };
  });
}
