import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { Manifest, Registry } from '../../model/registry.ts';
import { digestOf } from './digest.ts';
import { ownType } from './manifest-type.ts';

/** A repository of an open registry. */
export interface Repository {
  readonly registry: Registry;
  readonly repository: string;
}

/** Far more than any configuration of an image. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * The manifest of a digest, from the cache if it is there. What a digest stands for never changes, so nothing is
 * ever out of date; what is in the cache is hashed like what comes from a registry.
 */
export async function manifestOf(
  { registry, repository }: Repository,
  digest: string,
  ctx: Context,
): Promise<Manifest> {
  const cached = await readCached(digest, ctx);
  const own = cached === null ? null : ownType(cached);
  if (cached !== null && own !== null) return { mediaType: own.mediaType, digest, bytes: cached };
  const manifest = await registry.manifest(repository, digest);
  await writeCached(manifest, ctx);
  return manifest;
}

/** The same for the configuration of an image, which is a blob. */
export async function configOf(
  { registry, repository }: Repository,
  digest: string,
  ctx: Context,
): Promise<Uint8Array> {
  const cached = await readCached(digest, ctx);
  if (cached !== null) return cached;
  const bytes = await registry.blob(repository, digest, MAX_CONFIG_BYTES);
  await writeCached({ digest, bytes }, ctx);
  return bytes;
}

function pathOf(digest: string, { folders }: Context): string {
  return join(folders.cache, 'oci', 'sha256', digest.slice('sha256:'.length));
}

async function readCached(digest: string, ctx: Context): Promise<Uint8Array | null> {
  try {
    const bytes = await ctx.system.files.read(pathOf(digest, ctx));
    return digestOf(bytes) === digest ? bytes : null;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EIO', 'EISDIR')) return null;
    throw error;
  }
}

/** A cache that cannot be written is slower, nothing else. */
async function writeCached(
  { digest, bytes }: Pick<Manifest, 'digest' | 'bytes'>,
  ctx: Context,
): Promise<void> {
  const { files } = ctx.system;
  const path = pathOf(digest, ctx);
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await files.makeFolder(dirname(path), 0o700);
    await files.create(temporary, bytes, { mode: 0o600, sync: false });
    await files.rename(temporary, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
