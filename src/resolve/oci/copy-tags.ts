import { McpformError } from '../../model/error.ts';
import type { Manifest } from '../../model/registry.ts';
import { referencesOf } from './copy-references.ts';
import type { ImageCopy, Place } from './copy-types.ts';
import { shortDigest } from './digest.ts';

/** What a tag of the target is compared with what it shall stand for. */
export type TagState = 'free' | 'there' | 'other';

/** RESOLVE_TAG_TAKEN when the tag stands for something else, unless that may be overwritten. */
export async function tagState(
  tag: string,
  digest: string,
  { registry, repository }: Place,
  { overwrites }: Pick<ImageCopy, 'overwrites'>,
): Promise<TagState> {
  const found = await registry.resolve(repository, tag);
  if (found === null) return 'free';
  if (found.digest === digest) return 'there';
  if (overwrites) return 'other';
  throw new McpformError(
    'RESOLVE_TAG_TAKEN',
    `the target "${repository}:${tag}" is "${shortDigest(found.digest)}" and not "${shortDigest(digest)}"`,
    { hint: 'pass --overwrite to move the tag, or --no-tags to copy by digest alone' },
  );
}

/**
 * The same for a tag under which cosign keeps what it attached. Each of its manifests holds the signatures of the one
 * before, so one that has them all may take its place.
 */
export async function attachedTagState(
  tag: string,
  next: Manifest,
  place: Place,
  copy: Pick<ImageCopy, 'overwrites'>,
): Promise<TagState> {
  const state = await tagState(tag, next.digest, place, { overwrites: true });
  if (state !== 'other' || copy.overwrites) return state;
  const before = await place.registry.manifest(place.repository, tag);
  return isGrown(before, next) ? 'other' : await tagState(tag, next.digest, place, copy);
}

function isGrown(before: Manifest, next: Manifest): boolean {
  const kept = new Set(layersOf(next));
  return layersOf(before).every((digest) => kept.has(digest));
}

/** Without the config, which lists the layers and so is always another. */
function layersOf(manifest: Manifest): readonly string[] {
  return referencesOf(manifest)
    .blobs.slice(1)
    .map(({ digest }) => digest);
}
