import { McpformError } from '../../model/error.ts';
import type { Manifest } from '../../model/registry.ts';
import { type BlobReference, type References, referencesOf } from './copy-references.ts';
import { shortDigest } from './digest.ts';

/** Everything that belongs to an image, as a registry has it. */
export interface Content {
  /** Those of a level name only what is in levels before it. The root alone is the last. */
  readonly levels: readonly (readonly Manifest[])[];
  /** Each once, in the order in which they are named. */
  readonly blobs: readonly BlobReference[];
  /** Digests of manifests that are named and not there. */
  readonly missing: readonly string[];
}

/** Null when there is none of that digest. */
export type FetchManifest = (digest: string) => Promise<Manifest | null>;

/** Far more than any image has; an index of indexes could name the whole world. */
const MOST = { manifests: 1000, bytes: 64 * 1_048_576, depth: 5 };

/**
 * Follows an index or manifest to all it names. The subject of a manifest is not followed: an image is complete
 * without what it is about.
 */
export async function collectContent(root: string, fetch: FetchManifest): Promise<Content> {
  const found = new Map<string, { readonly manifest: Manifest; readonly references: References }>();
  const missing = new Set<string>();
  let bytes = 0;
  let wave: readonly string[] = [root];
  for (let depth = 0; wave.length > 0; depth++) {
    if (depth > MOST.depth || found.size + wave.length > MOST.manifests || bytes > MOST.bytes)
      throw tooMuch(root);
    const fetched = await Promise.all(wave.map(async (digest) => [digest, await fetch(digest)] as const));
    for (const [digest, manifest] of fetched) {
      if (manifest === null) {
        missing.add(digest);
        continue;
      }
      found.set(digest, { manifest, references: referencesOf(manifest) });
      bytes += manifest.bytes.length;
    }
    const named = fetched.flatMap(([digest]) => found.get(digest)?.references.manifests ?? []);
    wave = [...new Set(named.map(({ digest }) => digest))].filter(
      (digest) => !found.has(digest) && !missing.has(digest),
    );
  }
  const blobs = [...found.values()].flatMap(({ references }) => references.blobs);
  return {
    levels: levelsOf(root, found),
    blobs: [...new Map(blobs.map((blob) => [blob.digest, blob])).values()],
    missing: [...missing],
  };
}

/** All manifests, the root last. */
export function manifestsOf({ levels }: Pick<Content, 'levels'>): readonly Manifest[] {
  return levels.flat();
}

function levelsOf(
  root: string,
  found: ReadonlyMap<string, { readonly manifest: Manifest; readonly references: References }>,
): readonly (readonly Manifest[])[] {
  const heights = new Map<string, number>();
  // No digest can name itself, however many steps it takes, so this ends.
  const heightOf = (digest: string): number => {
    const known = heights.get(digest);
    if (known !== undefined) return known;
    const children = found.get(digest)?.references.manifests ?? [];
    const height = children.reduce((most, child) => Math.max(most, heightOf(child.digest) + 1), 0);
    heights.set(digest, height);
    return height;
  };
  const levels: Manifest[][] = Array.from({ length: heightOf(root) + 1 }, () => []);
  for (const [digest, { manifest }] of found) levels[heightOf(digest)]?.push(manifest);
  return levels;
}

function tooMuch(root: string): McpformError {
  return new McpformError(
    'RESOLVE_TOO_BIG',
    `${shortDigest(root)} names more manifests than any real image does`,
    {
      hint: 'nothing of it was used; tell whoever published it',
    },
  );
}
