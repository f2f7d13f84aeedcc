import type { Context } from '../../model/context.ts';
import type { Registry } from '../../model/registry.ts';
import { manifestOf } from '../../resolve/oci/content.ts';
import { isDigest } from '../../resolve/oci/digest.ts';
import { openRegistry } from '../../resolve/oci/open-registry.ts';

/** How a registry is opened, by its host; the same one each time. */
export type OpenRegistry = (host: string) => Promise<Registry>;

/** The registries of this machine's configuration, each with so many requests at a time. */
export function openWith(parallel: number | undefined, ctx: Context): OpenRegistry {
  const options = parallel === undefined ? {} : { parallel };
  return (host) => openRegistry(host, ctx, options);
}

/** The same registry, whose manifests are fetched once: what a digest stands for never changes. */
export function withCache(registry: Registry, ctx: Context): Registry {
  return {
    ...registry,
    manifest: (repository, reference) =>
      isDigest(reference)
        ? manifestOf({ registry, repository }, reference, ctx)
        : registry.manifest(repository, reference),
  };
}
