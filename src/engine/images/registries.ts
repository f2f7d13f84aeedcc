import type { Context } from '../../model/context.ts';
import type { Registry } from '../../model/registry.ts';
import { manifestOf } from '../../resolve/oci/content.ts';
import { isDigest } from '../../resolve/oci/digest.ts';
import { limitRegistries, openOrigin, openRegistry } from '../../resolve/oci/open-registry.ts';

/** How registries are opened, by their hosts; each is the same one every time. */
export interface Registries {
  /** As this machine reaches it, through mirrors if there are any. */
  readonly open: (host: string) => Promise<Registry>;
  /** The registry itself: for what is written there, and what it says it holds. */
  readonly openOrigin: (host: string) => Promise<Registry>;
}

/** What is polite of one who asks short questions. */
const REQUESTS_AT_ONCE = 8;

/** The registries of this machine's configuration. So many layers may be on their way at once; undefined: the default. */
export function registriesOf(parallel: number | undefined, ctx: Context): Registries {
  if (parallel !== undefined && parallel > REQUESTS_AT_ONCE) limitRegistries(parallel, ctx);
  return { open: (host) => openRegistry(host, ctx), openOrigin: (host) => openOrigin(host, ctx) };
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
