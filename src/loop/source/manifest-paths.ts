import { lockPathOf } from '../../engine/load.ts';
import { lockFolderOf } from '../../lock/tree-file.ts';
import { type CommitTree, obstacleAt } from './commit-tree.ts';
import { sourceError } from './fail.ts';

const NAMES = ['mcp.yaml', 'mcp.yml'];
const maxLockFiles = 10_000;

/** The manifest files of a commit, by path from its root. Throws SOURCE_UNAVAILABLE where one cannot be read. */
export function findManifests(wanted: readonly string[], tree: CommitTree): readonly string[] {
  return (wanted.length === 0 ? [''] : wanted).map((path) => {
    assertNoObstacle(path, tree);
    const entry = tree.entries.get(path);
    if (entry === undefined)
      throw unreadable(`has no "${path}"`, 'check the path, from the root of the repository');
    if (entry.kind !== 'folder') return path;
    const found = NAMES.map((name) => (path === '' ? name : `${path}/${name}`)).find((file) =>
      tree.entries.has(file),
    );
    if (found === undefined) {
      throw unreadable(
        `has no mcp.yaml ${path === '' ? 'at its root' : `in "${path}"`}`,
        'name the file: `URL@REF:PATH`',
      );
    }
    assertNoObstacle(found, tree);
    if (tree.entries.get(found)?.kind !== 'file')
      throw unreadable(`has a folder "${found}"`, 'name the file itself');
    return found;
  });
}

/** Everything that is read with these manifests: they, their locks, and what the locks keep beside themselves. */
export function filesToRead(manifests: readonly string[], tree: CommitTree): readonly string[] {
  const locks = manifests.map(lockPathOf).filter((path) => tree.entries.has(path));
  const kept = manifests.map((path) => {
    const lock = lockPathOf(path);
    return `${lock.slice(0, lock.lastIndexOf('/') + 1)}${lockFolderOf(lock)}`;
  });
  for (const path of [...locks, ...kept]) assertNoObstacle(path, tree);
  const inside = [...tree.entries.keys()].filter((path) =>
    kept.some((folder) => path.startsWith(`${folder}/`)),
  );
  if (inside.length > maxLockFiles)
    throw unreadable(`has more than ${maxLockFiles} files in "${kept[0]}"`, 'run `mcpform lock`');
  for (const path of inside) assertNoObstacle(path, tree);
  return [...new Set([...manifests, ...locks, ...inside])].filter(
    (path) => tree.entries.get(path)?.kind === 'file',
  );
}

function assertNoObstacle(path: string, tree: CommitTree): void {
  const obstacle = obstacleAt(path, tree);
  if (obstacle === null) return;
  const what = obstacle.kind === 'link' ? 'a link' : 'a submodule';
  const where = obstacle.path === path ? '' : `, on the way to "${path}"`;
  throw unreadable(
    `has ${what} at "${obstacle.path}"${where}, which is not followed`,
    'commit the file itself',
  );
}

function unreadable(what: string, hint: string): Error {
  return sourceError('SOURCE_UNAVAILABLE', `the commit ${what}`, hint);
}
