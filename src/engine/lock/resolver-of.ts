import type { Server } from '../../model/manifest.ts';
import type { Resolver } from '../../model/resolver.ts';
import { loadLocalImages } from '../../providers/index.ts';
import { loadResolver, sourceOf } from '../../resolve/index.ts';

/** Who knows what a server's name stands for: a registry, or the engine that has a local image; null: nobody need be asked. */
export async function resolverOf({ runtime, engine }: Server): Promise<Omit<Resolver, 'releases'> | null> {
  if (runtime.kind === 'image' && runtime.isLocal === true) {
    const context = engine['engine'];
    return (await loadLocalImages(typeof context === 'string' ? context : null)) as Omit<
      Resolver,
      'releases'
    >;
  }
  const source = sourceOf(runtime);
  return source === null ? null : await loadResolver(source);
}
