import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Release, Releases } from '../../model/resolver.ts';
import type { Repository } from './content.ts';
import { shortDigest } from './digest.ts';
import { publishedAt } from './published-at.ts';
import { newerTags } from './tag-shape.ts';

export interface ReleasesRequest {
  readonly tag: string;
  /** What is pinned; null: what the tag stands for. */
  readonly pinned: string | null;
  /** Whether the manifest leaves the digest open. */
  readonly mayMove: boolean;
  readonly cooldownMs: number;
}

const NO_LIST: ReadonlySet<string> = new Set(['RESOLVE_DENIED', 'RESOLVE_NOT_FOUND', 'RESOLVE_PROTOCOL']);
/** Newer tags that are looked at before giving up on one that has cooled down. */
const MAX_CANDIDATES = 20;

/** What else there is of an image: what its tag stands for by now, and the newest tag of the same shape. */
export async function findReleases(
  from: Repository,
  { tag, pinned, mayMove, cooldownMs }: ReleasesRequest,
  ctx: Context,
): Promise<Releases> {
  const moved = await from.registry.resolve(from.repository, tag);
  const digest = pinned ?? moved?.digest ?? null;
  const current: Release =
    digest === null ? { version: tag, publishedAt: null } : await releaseOf(from, tag, digest, ctx);
  const isMoved = mayMove && moved !== null && moved.digest !== digest;
  const wanted = isMoved ? await releaseOf(from, tag, moved.digest, ctx) : null;
  return {
    current,
    wanted: wanted !== null && hasCooled(wanted, cooldownMs, ctx) ? wanted : null,
    latest: await findLatest(from, tag, cooldownMs, ctx),
  };
}

async function findLatest(
  from: Repository,
  tag: string,
  cooldownMs: number,
  ctx: Context,
): Promise<Release | null> {
  const newer = newerTags(tag, await tagsOf(from));
  for (const candidate of newer.slice(0, MAX_CANDIDATES)) {
    const found = await from.registry.resolve(from.repository, candidate);
    if (found === null) continue;
    const release = await releaseOf(from, candidate, found.digest, ctx);
    if (hasCooled(release, cooldownMs, ctx)) return release;
  }
  return null;
}

/** Some registries show their images and no list of them: then nobody can tell what is newer. */
async function tagsOf({ registry, repository }: Repository): Promise<readonly string[]> {
  try {
    return await registry.tags(repository);
  } catch (error) {
    if (error instanceof McpformError && NO_LIST.has(error.code)) return [];
    throw error;
  }
}

async function releaseOf(from: Repository, tag: string, digest: string, ctx: Context): Promise<Release> {
  return {
    version: `${tag}@${shortDigest(digest)}`,
    publishedAt: await publishedAt(from, digest, ctx),
  };
}

/** What does not say its age cannot be held back: it would be held back for ever. */
export function hasCooled(
  { publishedAt }: Pick<Release, 'publishedAt'>,
  cooldownMs: number,
  { system }: Context,
): boolean {
  return publishedAt === null || system.clock.now() - Date.parse(publishedAt) >= cooldownMs;
}
