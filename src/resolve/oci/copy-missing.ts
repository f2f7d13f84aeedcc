import type { Manifest } from '../../model/registry.ts';
import { isThere } from './copy-blob.ts';
import { type Content, manifestsOf } from './copy-content.ts';
import type { BlobReference } from './copy-references.ts';
import type { BlobResult, Copied, ImageCopy, Target } from './copy-types.ts';
import { workThrough } from './copy-work.ts';

/** What the target does not have yet. */
export interface Missing {
  readonly blobs: readonly BlobReference[];
  /** By digest. */
  readonly manifests: ReadonlySet<string>;
}

/** More would only wait in the registry's own line. */
const CHECKS_AT_ONCE = 16;

/** Asks the target for each blob and manifest by HEAD. What is there is counted. */
export async function findMissing(
  contents: readonly Content[],
  { to }: Pick<ImageCopy, 'to'>,
  target: Target,
  done: Copied,
): Promise<Missing> {
  const blobs = uniqueBy(contents.flatMap((content) => content.blobs));
  const manifests = uniqueBy(contents.flatMap(manifestsOf));
  const at = { parallel: CHECKS_AT_ONCE, signal: target.signal };
  const missing = new Set<string>();
  await workThrough(blobs, at, async (blob) => {
    if (await isThere(blob.digest, to, target)) countBlob(done, blob, 'there');
    else missing.add(blob.digest);
  });
  await workThrough(manifests, at, async (manifest) => {
    if ((await target.registry.resolve(to, manifest.digest)) !== null) countManifest(done, manifest, 'there');
    else missing.add(manifest.digest);
  });
  return { blobs: blobs.filter(({ digest }) => missing.has(digest)), manifests: missing };
}

/** What would be sent, as far as that can be told without trying: a registry may refuse to take a blob over. */
export async function foresee(
  { blobs, manifests }: Missing,
  contents: readonly Content[],
  copy: ImageCopy,
  { target, done }: { readonly target: Target; readonly done: Copied },
): Promise<void> {
  for (const blob of blobs) {
    const places = target.places.get(blob.digest) ?? new Set();
    const canMount = copy.isSameRegistry || places.size > 0;
    const { registry, repository } = copy.from;
    const isElsewhere = blob.isForeign && !(await registry.hasBlob(repository, blob.digest));
    countBlob(done, blob, isElsewhere ? 'elsewhere' : canMount ? 'mounted' : 'sent');
    // The next image of this run would find it there.
    if (!isElsewhere) target.places.set(blob.digest, places.add(copy.to));
  }
  for (const manifest of uniqueBy(contents.flatMap(manifestsOf))) {
    if (manifests.has(manifest.digest)) countManifest(done, manifest, 'sent');
  }
}

export function countBlob(done: Copied, { size }: BlobReference, result: BlobResult): void {
  if (result === 'elsewhere') {
    done.elsewhere += 1;
    return;
  }
  done.blobs[result] += 1;
  done.bytes[result] += size;
}

export function countManifest(done: Copied, { bytes }: Manifest, result: 'sent' | 'there'): void {
  done.manifests[result] += 1;
  done.bytes[result] += bytes.length;
}

function uniqueBy<Item extends { readonly digest: string }>(items: readonly Item[]): readonly Item[] {
  return [...new Map(items.map((item) => [item.digest, item])).values()];
}
