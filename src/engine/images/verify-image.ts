import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { Manifest, Registry } from '../../model/registry.ts';
import type { ImagesEvent } from '../../report/images-progress.ts';
import { type Content, collectContent, manifestsOf } from '../../resolve/oci/copy-content.ts';
import type { BlobReference } from '../../resolve/oci/copy-references.ts';
import { workThrough } from '../../resolve/oci/copy-work.ts';
import { shortDigest } from '../../resolve/oci/digest.ts';
import type { Limit } from '../../resolve/oci/limit.ts';
import { asFinding } from './as-finding.ts';
import type { LockedImage } from './images-of.ts';
import { withCache } from './registries.ts';

/** How closely images are looked at. */
export interface Look {
  /** Every byte is fetched and hashed, and nothing of it kept; otherwise registries are asked whether it is there. */
  readonly isFull: boolean;
  /** Blobs read at once, over all images. */
  readonly transfers: Limit;
  readonly parallel: number;
  readonly onEvent: (event: ImagesEvent) => void;
}

/** What was found to be there. */
export interface Seen {
  manifests: number;
  blobs: number;
  /** Of manifests and blobs, as their manifests have it. */
  bytes: number;
  /** Foreign layers that the registry does not have, and need not. */
  elsewhere: number;
  /** What the tag stands for by now; null when it is gone, undefined when the pin has none. */
  tag?: string | null;
}

/** One image while it is looked at. */
interface Inspection {
  readonly reference: LockedImage['reference'];
  readonly registry: Registry;
  readonly look: Look;
  readonly seen: Seen;
  readonly findings: Finding[];
  readonly ctx: Context;
}

/**
 * Whether all of a locked image is still there: index, manifests, configurations and layers. What is not is in the
 * findings, and so is a tag that stands for something else by now. `seen` grows with what is.
 */
export async function verifyImage(
  { reference }: Pick<LockedImage, 'reference'>,
  { registry, look, seen }: Pick<Inspection, 'registry' | 'look' | 'seen'>,
  ctx: Context,
): Promise<readonly Finding[]> {
  const inspection: Inspection = { reference, registry, look, seen, findings: [], ctx };
  const content = await collectContent(reference.digest, (digest) => inspectManifest(digest, inspection));
  for (const { bytes } of manifestsOf(content)) {
    seen.manifests += 1;
    seen.bytes += bytes.length;
  }
  await inspectBlobs(content, inspection);
  return [...inspection.findings, ...(await checkTag(inspection))];
}

async function inspectManifest(digest: string, inspection: Inspection): Promise<Manifest | null> {
  const { registry, look, reference, ctx, findings } = inspection;
  const { repository } = reference;
  const manifest = await orNull(findings, async () => {
    if (look.isFull) return await registry.manifest(repository, digest);
    // The cache knows what it says; only the registry knows whether it is still there.
    const found = await registry.resolve(repository, digest);
    return found === null ? 'gone' : await withCache(registry, ctx).manifest(repository, digest);
  });
  if (manifest === 'gone') findings.push(gone('manifest', digest, reference));
  return manifest === 'gone' ? null : manifest;
}

const CHECKS_AT_ONCE = 16;

async function inspectBlobs({ blobs }: Content, inspection: Inspection): Promise<void> {
  const { look, ctx } = inspection;
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  if (look.isFull) look.onEvent({ kind: 'found', blobs: blobs.length, bytes });
  const parallel = look.isFull ? look.parallel : CHECKS_AT_ONCE;
  await workThrough(blobs, { parallel, signal: ctx.signal }, async (blob) => {
    await inspectBlob(blob, inspection);
    if (look.isFull) look.onEvent({ kind: 'blob', result: 'sent', bytes: blob.size });
  });
}

async function inspectBlob(blob: BlobReference, inspection: Inspection): Promise<void> {
  const { registry, look, reference, seen, findings } = inspection;
  const found = await orNull(findings, async () => {
    if (look.isFull) return await look.transfers(() => hash(blob, inspection));
    return (await registry.hasBlob(reference.repository, blob.digest)) ? 'there' : 'gone';
  });
  if (found === 'there') {
    seen.blobs += 1;
    seen.bytes += blob.size;
  } else if (found === 'gone' && blob.isForeign) seen.elsewhere += 1;
  else if (found === 'gone') findings.push(gone('blob', blob.digest, reference));
}

async function hash(blob: BlobReference, { registry, look, reference }: Inspection): Promise<'there'> {
  for await (const piece of registry.streamBlob(reference.repository, blob)) {
    look.onEvent({ kind: 'bytes', bytes: piece.length });
  }
  return 'there';
}

async function checkTag({ reference, registry, seen }: Inspection): Promise<readonly Finding[]> {
  const { repository, tag, digest, name } = reference;
  if (tag === undefined) return [];
  const found = await registry.resolve(repository, tag);
  seen.tag = found?.digest ?? null;
  if (found?.digest === digest) return [];
  const where = found === null ? 'is gone' : `stands for ${shortDigest(found.digest)} by now`;
  return [
    {
      code: 'RESOLVE_TAG_MOVED',
      severity: 'info',
      message: `the tag of "${name}:${tag}" ${where}; the lock stays at ${shortDigest(digest)}`,
      hint: 'take the new one with `mcpform lock --update`',
    },
  ];
}

function gone(what: string, digest: string, { registry, repository }: LockedImage['reference']): Finding {
  return {
    code: 'RESOLVE_NOT_FOUND',
    severity: 'error',
    message: `"${registry}" no longer has the ${what} "${digest}" of "${repository}"`,
    hint: 'restore it from a copy, or lock what is there now with `mcpform lock --update`',
  };
}

/**
 * Null, and a finding, when what came is not what was asked for; so all that is wrong with an image is found at once.
 * A registry that cannot be asked is another matter, and throws.
 */
async function orNull<T>(findings: Finding[], ask: () => Promise<T>): Promise<T | 'gone' | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    if (error.code === 'RESOLVE_NOT_FOUND') return 'gone';
    if (!WRONG.has(error.code)) throw error;
    findings.push(asFinding(error));
    return null;
  }
}

const WRONG: ReadonlySet<string> = new Set(['RESOLVE_INTEGRITY', 'RESOLVE_TOO_BIG', 'RESOLVE_PROTOCOL']);
