import { isThere, readOwnFile, whyUnsafeFolder } from '../system/launch/own-file.ts';
import { hasStamps } from '../system/launch/stamp-tree.ts';
import type { storeFiles } from './places.ts';
import { decodeStamps } from './stamps.ts';

export type StoreFiles = ReturnType<typeof storeFiles>;

/**
 * `good`: nothing was touched since the content was last hashed. `unsure`: something was, or nobody can say, so that
 * it must be hashed again. `gone`: there is no store.
 */
export type StoreLook = 'good' | 'unsure' | 'gone';

/** Stamps of more paths than any package has. */
const MAX_STAMPS = 256 << 20;

/**
 * The cheap look at a store. `what runs` leaves inert files out, and is for a process in which nothing else
 * runs: it goes to another folder meanwhile.
 */
export function lookAtStore(
  store: StoreFiles,
  content: string,
  extent: 'what runs' | 'everything',
): StoreLook {
  if (whyUnsafeFolder(store.folder) !== null) return 'unsure';
  const file = readOwnFile(store.stamps, MAX_STAMPS);
  if (file.kind !== 'there') return file.kind === 'missing' && !isThere(store.folder) ? 'gone' : 'unsure';
  const stamps = decodeStamps(file.bytes);
  if (stamps === null || stamps.content !== content) return 'unsure';
  const isAlone = extent === 'what runs';
  const isGood =
    hasStamps(store.tree, stamps, isAlone) && (isAlone || hasStamps(store.tree, stamps.inert, false));
  return isGood ? 'good' : 'unsure';
}
