import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Descriptor, Manifest } from '../../model/registry.ts';
import { type Content, collectContent } from './copy-content.ts';
import { referencesOf } from './copy-references.ts';
import type { Place } from './copy-types.ts';
import { digestOf } from './digest.ts';
import { OCI_INDEX } from './media-types.ts';

/** Signatures, attestations and whatever else somebody attached to an image. */
export interface Attached {
  /** All of what is attached. */
  readonly contents: readonly Content[];
  /** What refers to a manifest, by the digest of that one. */
  readonly referrers: ReadonlyMap<string, readonly Descriptor[]>;
  /** The tags by which cosign finds what it attached, `sha256-….sig`, and the manifest of each. */
  readonly tags: ReadonlyMap<string, Manifest>;
}

export const NOTHING_ATTACHED: Attached = { contents: [], referrers: new Map(), tags: new Map() };

/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md, and its attestations and SBOMs. */
const SUFFIXES = ['.sig', '.att', '.sbom'];

/** A signature of an attestation of an image; and a registry may list what it likes. */
const MOST = { depth: 3, referrers: 500 };

/** Everything attached to these manifests, or to what is attached to them. */
export async function findAttached(source: Place, digests: readonly string[]): Promise<Attached> {
  const [tags, referrers] = await Promise.all([findTags(source, digests), findReferrers(source, digests)]);
  const roots = [
    ...[...tags.values()].map(({ digest }) => digest),
    ...[...referrers.values()].flat().map(digestIn),
  ];
  const contents = await Promise.all(
    [...new Set(roots)].map((digest) => collectContent(digest, (each) => fetchFrom(source, each))),
  );
  return { contents, referrers, tags };
}

const digestIn = ({ digest }: Descriptor): string => digest;

async function fetchFrom({ registry, repository }: Place, digest: string): Promise<Manifest> {
  return await registry.manifest(repository, digest);
}

async function findTags(
  { registry, repository }: Place,
  digests: readonly string[],
): Promise<ReadonlyMap<string, Manifest>> {
  const names = digests.flatMap((digest) => SUFFIXES.map((suffix) => `${tagFor(digest)}${suffix}`));
  const found = await Promise.all(
    names.map(async (name) => {
      const descriptor = await registry.resolve(repository, name);
      return descriptor === null
        ? []
        : [[name, await registry.manifest(repository, descriptor.digest)] as const];
    }),
  );
  return new Map(found.flat());
}

async function findReferrers(
  source: Place,
  digests: readonly string[],
): Promise<ReadonlyMap<string, readonly Descriptor[]>> {
  const found = new Map<string, readonly Descriptor[]>();
  let wave = digests;
  let count = 0;
  for (let depth = 0; depth < MOST.depth && wave.length > 0; depth++) {
    const lists = await Promise.all(
      wave.map(async (subject) => [subject, await listedAt(source, subject)] as const),
    );
    for (const [subject, list] of lists) {
      if (list.length > 0) found.set(subject, list);
      count += list.length;
    }
    if (count > MOST.referrers) throw tooMany();
    wave = [...new Set(lists.flatMap(([, list]) => list.map(digestIn)))].filter(
      (digest) => !found.has(digest),
    );
  }
  return found;
}

/** Only those that say themselves that they refer to it: a list can be written by anybody who may write a tag. */
async function listedAt(source: Place, subject: string): Promise<readonly Descriptor[]> {
  const listed = await source.registry.referrers(source.repository, subject);
  if (listed.length > MOST.referrers) throw tooMany();
  const checked = await Promise.all(
    listed.map(async (each) => {
      const manifest = await fetchFrom(source, each.digest);
      return referencesOf(manifest).subject === subject ? [each] : [];
    }),
  );
  return checked.flat();
}

/**
 * Lets the target list what refers to a manifest. Registries with the referrers API do that by themselves; for the
 * others it is an index under a tag, which whoever pushes keeps.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests-with-subject
 */
export async function listReferrers(
  { registry, repository }: Place,
  subject: string,
  referrers: readonly Descriptor[],
): Promise<void> {
  const listed = new Set((await registry.referrers(repository, subject)).map(digestIn));
  const unlisted = referrers.filter(({ digest }) => !listed.has(digest));
  if (unlisted.length === 0) return;
  const tag = tagFor(subject);
  const before = await registry.resolve(repository, tag);
  const entries = before === null ? [] : entriesOf(await registry.manifest(repository, before.digest));
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...entries, ...unlisted] };
  const bytes = new TextEncoder().encode(JSON.stringify(index));
  await registry.putManifest(repository, tag, { mediaType: OCI_INDEX, digest: digestOf(bytes), bytes });
}

/** `sha256:3f1c…` → `sha256-3f1c…` */
function tagFor(digest: string): string {
  return digest.replace(':', '-');
}

/** As they are written, whatever else they say. */
function entriesOf({ mediaType, bytes }: Manifest): readonly JsonObject[] {
  const value: unknown = mediaType === OCI_INDEX ? JSON.parse(Buffer.from(bytes).toString()) : null;
  const entries = isJsonObject(value) ? value['manifests'] : undefined;
  return Array.isArray(entries) ? (entries as readonly Json[]).filter(isJsonObject) : [];
}

/** How many things are attached: each list entry and tag is one. */
export function countAttached({ referrers, tags }: Attached): number {
  return [...referrers.values()].flat().length + tags.size;
}

function tooMany(): McpformError {
  return new McpformError('RESOLVE_TOO_BIG', `more than ${MOST.referrers} manifests refer to the image`, {
    hint: 'copy it without them, with --no-signatures',
  });
}
