import { maxInputBytes } from '../../engine/read-input.ts';
import type { RevisionTexts } from '../../engine/static/revision-texts.ts';
import { type CommitTree, obstacleAt, readTree } from '../source/commit-tree.ts';
import { blobSizes, readBlobs } from '../source/read-blobs.ts';
import { Damaged } from '../source/transfer-failure.ts';
import type { AskGit } from './local-git.ts';
import { revisionError } from './revision-error.ts';
import { chooseFiles, pathsOf, type Wanted } from './wanted.ts';

/** Manifests and lock of a commit. Reads no other file of it, and asks for no more of its tree than leads to them. */
export async function readCommit(commit: string, wanted: Wanted, git: AskGit): Promise<RevisionTexts> {
  const paths = withFolders(pathsOf(wanted));
  const listing = await git(['ls-tree', '-t', '-z', '--full-tree', commit, '--', ...paths]);
  const tree = readTree(listing.toString('utf8'));
  const { manifests, missing, lock } = await chooseFiles(wanted, async (path) => isFile(path, tree));
  const read = [...manifests, ...(lock === null ? [] : [lock])];
  const idOf = (path: string): string => tree.entries.get(path)?.id ?? '';
  const blobs = await readAll(read, idOf, git);
  const textAt = (path: string) => ({ path, bytes: blobs.get(idOf(path)) as Buffer });
  return { manifests: manifests.map(textAt), missing, lock: lock === null ? null : textAt(lock) };
}

/** Git lists exactly what it is asked for. */
function withFolders(paths: readonly string[]): readonly string[] {
  const all = paths.flatMap((path) => {
    const names = path.split('/');
    return names.map((_, index) => names.slice(0, index + 1).join('/'));
  });
  return [...new Set(all)];
}

function isFile(path: string, tree: CommitTree): boolean {
  const obstacle = obstacleAt(path, tree);
  if (obstacle !== null) {
    const what = obstacle.kind === 'link' ? 'a link' : 'a submodule';
    throw revisionError(
      'REVISION_UNREADABLE',
      `"${obstacle.path}" is ${what}, which is not followed`,
      'commit the file itself',
    );
  }
  if (tree.entries.get(path)?.kind !== 'folder') return tree.entries.has(path);
  throw revisionError('REVISION_UNREADABLE', `"${path}" is a folder`, 'name the file inside it');
}

async function readAll(
  paths: readonly string[],
  idOf: (path: string) => string,
  git: AskGit,
): Promise<ReadonlyMap<string, Buffer>> {
  if (paths.length === 0) return new Map();
  try {
    const sizes = await blobSizes([...new Set(paths.map(idOf))], { read: git });
    const large = paths.find((path) => (sizes.get(idOf(path)) ?? 0) > maxInputBytes);
    if (large !== undefined) {
      const size = sizes.get(idOf(large));
      throw revisionError(
        'REVISION_UNREADABLE',
        `"${large}" has ${size} bytes, more than the ${maxInputBytes} that are read`,
        'is it the right file?',
      );
    }
    return await readBlobs(paths.map(idOf), { read: git });
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw revisionError(
      'REVISION_UNREADABLE',
      `a file of the commit is not in this clone (${paths.join(', ')})`,
      'fetch it: a partial clone has no files that nobody asked for',
      error,
    );
  }
}
