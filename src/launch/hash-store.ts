import { McpformError } from '../model/error.ts';
import type { Installed } from '../model/launch.ts';
import { STAMP_LENGTH } from '../system/launch/fast-stat.ts';
import { isFolder, readOwnFile } from '../system/launch/own-file.ts';
import { scanTree } from '../system/launch/scan-tree.ts';
import { stampTree } from '../system/launch/stamp-tree.ts';
import { fileTime, pathsBelow, replaceOwnFile } from '../system/launch/store-disk.ts';
import { readAbout } from './about-store.ts';
import type { StoreFiles } from './check-store.ts';
import { contentDigest, contentManifest, firstDifference } from './content.ts';
import { partInert } from './inert-files.ts';
import { encodeStamps, type Stamped, type Stamps } from './stamps.ts';

export type Hashed =
  | { readonly kind: 'good' }
  | {
      readonly kind: 'tampered';
      readonly found: string;
      /** The first path that differs and how: `"a/b.js" was changed`. */
      readonly where: string;
    };

/**
 * Hashes everything in a store. When it is the expected content, the stamps are renewed, so that the next look is
 * cheap again: after a backup was restored, every file has other times and other inodes.
 */
export function hashStore(store: StoreFiles, content: string): Hashed {
  // Whatever a link leads to, hashing it would only take long.
  if (!isFolder(store.tree)) return { kind: 'tampered', found: contentDigest(''), where: 'they are gone' };
  const before = takeStamps(store, readAbout(store)?.programs ?? {});
  const manifest = contentManifest(scanTree(store.tree), process.platform);
  const found = contentDigest(manifest);
  if (found !== content) return { kind: 'tampered', found, where: whereOf(store, content, manifest) };
  if (before !== null) keepStamps(store, { content, ...before });
  return { kind: 'good' };
}

type Taken = Omit<Stamps, 'content'>;

/**
 * Stamps of everything, to be taken before it is hashed; null when they could not be trusted. A change in the very
 * tick of the clock that a file was last changed in would leave its stamp as it is, so none of them may be that new.
 */
export function takeStamps(store: StoreFiles, programs: Installed['programs']): Taken | null {
  try {
    const now = fileTime(store.folder);
    const parts = partInert(pathsBelow(store.tree), programs);
    const live = stamp(store, parts.live);
    const inert = stamp(store, parts.inert);
    if (live === null || inert === null) return null;
    return [live, inert].some(({ stamps }) => newestChange(stamps) >= now) ? null : { ...live, inert };
  } catch (error) {
    // A read-only disk, or a folder that may not be listed: then there are no stamps, and the hash decides alone.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

function stamp(store: StoreFiles, paths: readonly string[]): Stamped | null {
  const stamps = stampTree(store.tree, paths);
  return stamps === null ? null : { paths, stamps };
}

/** Writes what was taken; a store without stamps is as good, only slower to look at. */
export function keepStamps(store: StoreFiles, stamps: Stamps): void {
  try {
    replaceOwnFile(store.stamps, encodeStamps(stamps));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/** The failure of whoever was to start or to use a store that was edited. */
export function tampered(what: string, expected: string, { found, where }: Hashed & { kind: 'tampered' }) {
  return new McpformError(
    'LAUNCH_TAMPERED',
    `the installed files of "${what}" are not those that were reviewed: ${where} (${expected} reviewed, ${found} found)`,
    { hint: 'find out who edited them; `mcpform apply` installs them again' },
  );
}

/** In ms, as `fileTime` gives it. */
function newestChange(stamps: Float64Array): number {
  let newest = 0;
  for (let at = 4; at < stamps.length; at += STAMP_LENGTH) {
    newest = Math.max(newest, (stamps[at] as number) * 1e3 + (stamps[at + 1] as number) / 1e6);
  }
  return newest;
}

const MAX_MANIFEST = 1 << 30;

function whereOf(store: StoreFiles, content: string, manifest: string): string {
  const file = readOwnFile(store.manifest, MAX_MANIFEST);
  const expected = file.kind === 'there' ? file.bytes.toString('utf8') : '';
  // A manifest that was edited too would point to the wrong place.
  if (contentDigest(expected) !== content) return 'the list of their hashes was changed as well';
  const difference = firstDifference(expected, manifest);
  return difference === null ? 'they differ' : `"${difference.path}" ${difference.how}`;
}
