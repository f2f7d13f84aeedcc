import { McpformError } from '../../model/error.ts';
import type { Descriptor, Registry } from '../../model/registry.ts';
import { isDigest } from './digest.ts';

export interface Mirrors {
  /** In the order they are asked. */
  readonly registries: readonly Registry[];
  /** Whether they are believed what changes: tags, and what refers to a digest. */
  readonly hasTags: boolean;
}

/**
 * A registry behind its mirrors. They are asked first for content by its digest, which is hashed, so that a mirror
 * can at worst not have it; what a tag stands for is the registry's own word unless the machine's configuration says
 * otherwise, since a mirror that lags or lies would roll everybody back. Writing goes to the registry alone.
 */
export function mirrored(origin: Registry, { registries, hasTags }: Mirrors): Registry {
  if (registries.length === 0) return origin;
  // One that lied, is down or wants a password is not asked again in this run.
  const trusted = new Set(registries);
  const first = async <T>(
    ask: (registry: Registry) => Promise<T>,
    isMissing: (found: T) => boolean,
  ): Promise<T> => {
    for (const mirror of trusted) {
      const found = await orNothing(
        () => ask(mirror),
        () => trusted.delete(mirror),
      );
      if (found !== null && !isMissing(found.value)) return found.value;
    }
    return ask(origin);
  };
  const firstFor = <T>(reference: string, ask: (registry: Registry) => Promise<T>): Promise<T> =>
    isDigest(reference) || hasTags ? first(ask, (found) => found === null) : ask(origin);
  return {
    ...origin,
    resolve: (repository, reference) =>
      firstFor(reference, (registry) => registry.resolve(repository, reference)),
    manifest: (repository, reference) =>
      firstFor(reference, (registry) => registry.manifest(repository, reference)),
    blob: (repository, digest, maxBytes) =>
      firstFor(digest, (registry) => registry.blob(repository, digest, maxBytes)),
    streamBlob: (repository, descriptor) => streamFirst([...trusted], origin, repository, descriptor),
    referrers: (repository, digest) =>
      hasTags
        ? first(
            (registry) => registry.referrers(repository, digest),
            (found) => found.length === 0,
          )
        : origin.referrers(repository, digest),
    tags: (repository) =>
      hasTags
        ? first(
            (registry) => registry.tags(repository),
            (found) => found.length === 0,
          )
        : origin.tags(repository),
  };
}

/** Null when the mirror cannot help; `giveUp` is called when it will not be able to next time either. */
async function orNothing<T>(
  ask: () => Promise<T>,
  giveUp: () => void,
): Promise<{ readonly value: T } | null> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    if (error.code !== 'RESOLVE_NOT_FOUND') giveUp();
    return null;
  }
}

/** The first that has the blob; once bytes have come, what goes wrong is the reader's to handle. */
async function* streamFirst(
  mirrors: readonly Registry[],
  origin: Registry,
  repository: string,
  descriptor: Descriptor,
): AsyncGenerator<Uint8Array, void, void> {
  for (const mirror of mirrors) {
    let hasBegun = false;
    try {
      for await (const piece of mirror.streamBlob(repository, descriptor)) {
        hasBegun = true;
        yield piece;
      }
      return;
    } catch (error) {
      if (hasBegun || !(error instanceof McpformError)) throw error;
    }
  }
  yield* origin.streamBlob(repository, descriptor);
}
