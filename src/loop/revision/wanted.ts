import { posix } from 'node:path';
import { lockPathOf } from '../../engine/load.ts';
import { pathWithin, type Repository } from './repository.ts';

/** Which files of a revision a stack may be in, by paths from the root of the repository. */
export interface Wanted {
  /** As named with `-f`, in merge order; empty: the first of `found` that is there. */
  readonly named: readonly string[];
  /** Where a manifest is looked for that nobody named: from the working directory up to the root. */
  readonly looked: readonly string[];
}

const NAMES = ['mcp.yaml', 'mcp.yml'];

/** Throws REVISION_INVALID for what is outside of the repository. */
export function wantedFiles(files: readonly string[], cwd: string, { root }: Repository): Wanted {
  const named = files.map((file) => pathWithin(root, cwd, file));
  if (named.length > 0) return { named, looked: [] };
  const looked: string[] = [];
  for (let folder = pathWithin(root, cwd, '.'); ; folder = posix.dirname(folder)) {
    const at = folder === '.' ? '' : folder;
    looked.push(...NAMES.map((name) => posix.join(at, name)));
    if (at === '') return { named, looked };
  }
}

/** Manifests that are there, those that are not although somebody named them, and the lock that goes with them. */
export interface Chosen {
  readonly manifests: readonly string[];
  readonly missing: readonly string[];
  readonly lock: string | null;
}

/** `isFile` throws for what is there and no file; it is asked for no more than is needed. */
export async function chooseFiles(
  { named, looked }: Wanted,
  isFile: (path: string) => Promise<boolean>,
): Promise<Chosen> {
  const all = [...named];
  for (const path of looked) {
    if (!(await isFile(path))) continue;
    all.push(path);
    break;
  }
  const there = new Set<string>();
  for (const path of all) if (await isFile(path)) there.add(path);
  const lock = all[0] === undefined ? null : lockPathOf(all[0]);
  return {
    manifests: all.filter((path) => there.has(path)),
    missing: all.filter((path) => !there.has(path)),
    lock: lock !== null && (await isFile(lock)) ? lock : null,
  };
}

/** Manifests and locks, wherever one may be. */
export function pathsOf({ named, looked }: Wanted): readonly string[] {
  const manifests = [...named, ...looked];
  return [...new Set([...manifests, ...manifests.map(lockPathOf)])];
}
