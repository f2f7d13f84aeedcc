import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import { type ImageReference, parseImageReference } from '../../model/image-reference.ts';
import type { ImagePin } from '../../model/lock.ts';
import type { Runtime } from '../../model/manifest.ts';
import type { CheckRequest, Releases, Resolution, ResolveRequest, Resolver } from '../../model/resolver.ts';
import { manifestOf, type Repository } from './content.ts';
import { shortDigest } from './digest.ts';
import { notFound } from './failures.ts';
import { findReleases, hasCooled } from './find-releases.ts';
import { nameOf } from './manifests.ts';
import { openRegistry } from './open-registry.ts';
import { publishedAt } from './published-at.ts';

/** Images, pinned to the digest of their index. Needs no engine. */
export const ociResolver: Resolver<ImagePin> = {
  resolve: async (request, ctx) => {
    const image = await openImage(textOf(request.runtime), ctx);
    return image.reference.digest === undefined
      ? resolveTag(image, request, ctx)
      : keepDigest(image, image.reference.digest, request, ctx);
  },
  check: async ({ pin }: CheckRequest<ImagePin>, ctx) => checkPin(await openImage(pin.image, ctx), pin),
  releases: async (request, ctx) => releases(await openImage(textOf(request.runtime), ctx), request, ctx),
};

interface Image extends Repository {
  readonly reference: ImageReference;
  /** `latest` when none is written, as Docker has it. */
  readonly tag: string;
  /** As written, without digest: `redis`, `ghcr.io/acme/x:1.2`. */
  readonly scalar: string;
}

async function openImage(text: string, ctx: Context): Promise<Image> {
  const reference = parseImageReference(text);
  return {
    reference,
    repository: reference.repository,
    tag: reference.tag ?? 'latest',
    scalar: reference.tag === undefined ? reference.name : `${reference.name}:${reference.tag}`,
    registry: await openRegistry(reference.registry, ctx),
  };
}

function textOf(runtime: Runtime): string {
  if (runtime.kind !== 'image') throw new Error(`a ${runtime.kind} is no image`);
  return runtime.image;
}

/** A digest in the manifest is the answer already; whether the registry has it is all there is to ask. */
async function keepDigest(
  { registry, repository, reference, scalar }: Image,
  digest: string,
  { current }: ResolveRequest<ImagePin>,
  ctx: Context,
): Promise<Resolution<ImagePin>> {
  const image = `${scalar}@${digest}`;
  if (current?.image === image) {
    const found = await registry.resolve(repository, digest);
    if (found === null) throw notFound(reference.registry, nameOf(repository, digest));
    return { pin: current, tree: null, findings: [] };
  }
  await manifestOf({ registry, repository }, digest, ctx);
  return { pin: { kind: 'image', image }, tree: null, findings: [] };
}

async function resolveTag(
  image: Image,
  { current, isUpdate, cooldownMs }: ResolveRequest<ImagePin>,
  ctx: Context,
): Promise<Resolution<ImagePin>> {
  const { registry, repository, reference, tag, scalar } = image;
  const kept = pinnedDigest(current, scalar);
  const found = await registry.resolve(repository, tag);
  if (current !== null && kept !== null) {
    if (found?.digest === kept) return { pin: current, tree: null, findings: [] };
    if (!isUpdate)
      return { pin: current, tree: null, findings: [movedTag(image, kept, found?.digest ?? null)] };
  }
  if (found === null) throw notFound(reference.registry, nameOf(repository, tag));
  // A tag's digest is only the registry's word until the bytes were hashed.
  await manifestOf(image, found.digest, ctx);
  if (current !== null && kept !== null && cooldownMs > 0) {
    const release = { publishedAt: await publishedAt(image, found.digest, ctx) };
    if (!hasCooled(release, cooldownMs, ctx)) {
      return { pin: current, tree: null, findings: [tooYoung(image, kept, found.digest)] };
    }
  }
  return {
    pin: { kind: 'image', image: `${scalar}@${found.digest}` },
    tree: null,
    findings: reference.tag === undefined ? [assumedTag(image)] : [],
  };
}

/** The digest that the lock has for this very name and tag. */
function pinnedDigest(current: ImagePin | null, scalar: string): string | null {
  const [name, digest] = current?.image.split('@') ?? [];
  return name === scalar && digest !== undefined ? digest : null;
}

async function checkPin(image: Image, { image: text }: ImagePin): Promise<readonly Finding[]> {
  const { registry, repository, reference, tag } = image;
  const digest = reference.digest;
  if (digest === undefined) throw new Error(`the pin "${text}" has no digest`);
  if ((await registry.resolve(repository, digest)) === null) {
    const { message, hint } = notFound(reference.registry, nameOf(repository, digest));
    return [
      { code: 'RESOLVE_NOT_FOUND', severity: 'error', message, ...(hint === undefined ? {} : { hint }) },
    ];
  }
  const found = await registry.resolve(repository, tag);
  return found?.digest === digest ? [] : [movedTag(image, digest, found?.digest ?? null)];
}

function releases(image: Image, request: ResolveRequest<ImagePin>, ctx: Context): Promise<Releases> {
  const { reference, tag, scalar } = image;
  const pinned = reference.digest ?? pinnedDigest(request.current, scalar);
  const mayMove = reference.digest === undefined;
  return findReleases(image, { tag, pinned, mayMove, cooldownMs: request.cooldownMs }, ctx);
}

function movedTag({ scalar }: Image, kept: string, now: string | null): Finding {
  const where = now === null ? 'is gone' : `stands for ${shortDigest(now)} by now`;
  return {
    code: 'RESOLVE_TAG_MOVED',
    severity: 'info',
    message: `the tag of "${scalar}" ${where}; the lock stays at ${shortDigest(kept)}`,
    hint: 'take the new one with `mcpform lock --update`',
  };
}

function tooYoung({ scalar }: Image, kept: string, now: string): Finding {
  return {
    code: 'RESOLVE_TAG_MOVED',
    severity: 'info',
    message: `"${scalar}" stands for ${shortDigest(now)} by now, which is younger than the cooldown; the lock stays at ${shortDigest(kept)}`,
  };
}

function assumedTag({ scalar }: Image): Finding {
  return {
    code: 'RESOLVE_TAG_ASSUMED',
    severity: 'info',
    message: `"${scalar}" names no tag, so it was taken as "${scalar}:latest"`,
    hint: 'write the tag of a version: then `mcpform outdated` can tell what is newer',
  };
}
