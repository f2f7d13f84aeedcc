import type { Manifest } from '../../model/registry.ts';
import {
  type Attached,
  countAttached,
  findAttached,
  listReferrers,
  NOTHING_ATTACHED,
} from './copy-attached.ts';
import { bringBlob } from './copy-blob.ts';
import { type Content, collectContent, manifestsOf } from './copy-content.ts';
import { countBlob, countManifest, findMissing, foresee, type Missing } from './copy-missing.ts';
import { attachedTagState, type TagState, tagState } from './copy-tags.ts';
import type { Copied, CopyProgress, ImageCopy, Place, Target } from './copy-types.ts';
import { workThrough } from './copy-work.ts';

export function nothingCopied(): Copied {
  const none = () => ({ sent: 0, mounted: 0, there: 0 });
  return { manifests: none(), blobs: none(), bytes: none(), elsewhere: 0, attached: null, tag: null };
}

/**
 * Copies an image byte for byte: blobs first, then the manifests that name them, what is attached, and the tag last,
 * so that whoever pulls by tag gets the whole image or none. Sends only what is missing, so that a copy which was
 * interrupted goes on. What was done is in `done`, also when it throws: RESOLVE_TAG_TAKEN, or a registry's failure.
 */
export async function copyImage(
  copy: ImageCopy,
  target: Target,
  done: Copied,
  onProgress: (progress: CopyProgress) => void = () => {},
): Promise<void> {
  const work: Work = {
    copy,
    target,
    done,
    onProgress,
    place: { registry: target.registry, repository: copy.to },
  };
  const state = copy.tag === null ? null : await tagState(copy.tag, copy.digest, work.place, copy);
  const { registry, repository } = copy.from;
  const content = await collectContent(copy.digest, (digest) => registry.manifest(repository, digest));
  const attached = copy.withAttached ? await findAttached(copy.from, digestsOf(content)) : NOTHING_ATTACHED;
  if (copy.withAttached) done.attached = countAttached(attached);
  const tags = await attachedTags(attached, work);
  const contents = [content, ...attached.contents];
  const missing = await findMissing(contents, copy, target, done);
  announce(missing, work);
  if (copy.isDryRun) {
    await foresee(missing, contents, copy, { target, done });
    done.tag = resultOf(state);
    return;
  }
  await bringBlobs(missing, work);
  for (const each of contents) await putManifests(each, missing, work);
  for (const [subject, referrers] of attached.referrers) await listReferrers(work.place, subject, referrers);
  await workThrough([...tags], { parallel: 1, signal: target.signal }, ([tag, manifest]) =>
    target.registry.putManifest(copy.to, tag, manifest),
  );
  await setTag(state, content, work);
}

interface Work {
  readonly copy: ImageCopy;
  readonly target: Target;
  readonly place: Place;
  readonly done: Copied;
  readonly onProgress: (progress: CopyProgress) => void;
}

function digestsOf(content: Content): readonly string[] {
  return manifestsOf(content).map(({ digest }) => digest);
}

/** Those that are not there yet. Refused before anything was sent. */
async function attachedTags(
  { tags }: Attached,
  { copy, place }: Work,
): Promise<ReadonlyMap<string, Manifest>> {
  const states = await Promise.all(
    [...tags].map(async ([tag, manifest]) => ({
      tag,
      manifest,
      state: await attachedTagState(tag, manifest, place, copy),
    })),
  );
  return new Map(states.filter(({ state }) => state !== 'there').map(({ tag, manifest }) => [tag, manifest]));
}

function announce({ blobs }: Missing, { onProgress }: Work): void {
  onProgress({ kind: 'found', blobs: blobs.length, bytes: blobs.reduce((sum, { size }) => sum + size, 0) });
}

async function bringBlobs({ blobs }: Missing, { copy, target, done, onProgress }: Work): Promise<void> {
  const { from, to, isSameRegistry, parallel } = copy;
  const onBytes = (bytes: number): void => onProgress({ kind: 'bytes', bytes });
  await workThrough(blobs, { parallel, signal: target.signal }, async (blob) => {
    const result = await bringBlob({ blob, from, to, target, isSameRegistry, onBytes });
    countBlob(done, blob, result);
    onProgress({ kind: 'blob', result, bytes: blob.size });
  });
}

const MANIFESTS_AT_ONCE = 4;

/** Level by level: a registry takes an index when it has all that the index names. */
async function putManifests(
  { levels }: Content,
  { manifests }: Missing,
  { copy, target, done }: Work,
): Promise<void> {
  for (const level of levels) {
    const missing = level.filter(({ digest }) => manifests.has(digest));
    const at = { parallel: MANIFESTS_AT_ONCE, signal: target.signal };
    await workThrough(missing, at, async (manifest) => {
      await target.registry.putManifest(copy.to, manifest.digest, manifest);
      countManifest(done, manifest, 'sent');
    });
  }
}

async function setTag(
  before: TagState | null,
  content: Content,
  { copy, target, place, done }: Work,
): Promise<void> {
  const root = content.levels.at(-1)?.[0];
  if (copy.tag === null || before === null || root === undefined) return;
  target.signal.throwIfAborted();
  // The copy took its time, and somebody else may have come first.
  const state = before === 'there' ? before : await tagState(copy.tag, copy.digest, place, copy);
  if (state !== 'there') await target.registry.putManifest(copy.to, copy.tag, root);
  done.tag = resultOf(state);
}

function resultOf(state: TagState | null): Copied['tag'] {
  switch (state) {
    case 'free':
      return 'set';
    case 'other':
      return 'moved';
    default:
      return state;
  }
}
