import { posix, relative, resolve, sep } from 'node:path';
import type { FileStat, Files } from '../../model/system.ts';
import { type CommitTree, obstacleAt, type TreeEntry } from './commit-tree.ts';
import { maxBlobBytes } from './read-blobs.ts';

export interface CommitContent {
  readonly tree: CommitTree;
  /** Absolute and real: what is in the commit appears below it. */
  readonly root: string;
  /** By id. */
  read(id: string): Promise<Buffer>;
  size(id: string): Promise<number>;
  readonly committedMs: number;
  /** Whose the files seem to be. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Texts that are in no commit, by path: what says that this is a work tree. */
  readonly extra: Readonly<Record<string, string>>;
}

/**
 * The real files with those of a commit laid over them, read-only: a write below its root is EROFS. Links and
 * submodules in it lead nowhere (ELOOP). Nothing of it is on the disk, so no other program can open it.
 */
export function commitFiles(content: CommitContent, real: Files): Files {
  const within = (path: string): string | null => {
    const inside = relative(content.root, resolve(path));
    return inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside
      ? null
      : inside.split(sep).join('/');
  };
  const look = async <T>(
    path: string,
    ours: (inside: string) => Promise<T>,
    theirs: () => Promise<T>,
  ): Promise<T> => {
    const inside = within(path);
    return inside === null ? theirs() : ours(inside);
  };
  const write = async <T>(name: string, paths: readonly string[], run: () => Promise<T>): Promise<T> => {
    const ours = paths.find((path) => within(path) !== null);
    if (ours !== undefined) throw failure('EROFS', `read-only: it is in a commit, ${name}`, ours);
    return run();
  };
  const commit = inCommit(content);
  return {
    read: (path) =>
      look(
        path,
        (inside) => commit.read(inside, path),
        () => real.read(path),
      ),
    list: (path) =>
      look(
        path,
        (inside) => commit.list(inside, path),
        () => real.list(path),
      ),
    stat: (path) =>
      look(
        path,
        (inside) => commit.stat(inside, path),
        () => real.stat(path),
      ),
    readLink: (path) =>
      look(
        path,
        async () => Promise.reject(failure('EINVAL', 'invalid argument, readlink', path)),
        () => real.readLink(path),
      ),
    realPath: (path) =>
      look(
        path,
        (inside) => commit.realPath(inside, path),
        () => real.realPath(path),
      ),
    syncFolder: (path) =>
      look(
        path,
        async () => undefined,
        () => real.syncFolder(path),
      ),
    create: (path, bytes, options) => write('create', [path], () => real.create(path, bytes, options)),
    openAppend: (path, mode) => write('append', [path], () => real.openAppend(path, mode)),
    rename: (from, to) => write('rename', [from, to], () => real.rename(from, to)),
    link: (from, to) => write('link', [from, to], () => real.link(from, to)),
    remove: (path) => write('remove', [path], () => real.remove(path)),
    removeFolder: (path) => write('remove', [path], () => real.removeFolder(path)),
    makeFolder: (path, mode) => write('make', [path], () => real.makeFolder(path, mode)),
    changeMode: (path, mode) => write('change', [path], () => real.changeMode(path, mode)),
    changeOwner: (path, uid, gid) => write('change', [path], () => real.changeOwner(path, uid, gid)),
    createLike: (from, to) => write('create', [from, to], () => real.createLike(from, to)),
    fill: (path, bytes, options) => write('fill', [path], () => real.fill(path, bytes, options)),
    watch: (folder, onChange) =>
      within(folder) === null ? real.watch(folder, onChange) : { close: () => undefined },
  };
}

/** Looks into the commit, by path within it; `shown` is for errors. */
function inCommit({ tree, root, extra, owner, committedMs, ...content }: CommitContent) {
  const extraNames = [...new Set(Object.keys(extra).map((path) => path.split('/')[0] as string))];
  const isExtraFolder = (path: string): boolean =>
    Object.keys(extra).some((file) => file.startsWith(`${path}/`));
  const find = (path: string, shown: string): TreeEntry => {
    const obstacle = obstacleAt(posix.dirname(path), tree);
    if (obstacle !== null) throw failure('ELOOP', `a ${obstacle.kind} of a commit is not followed`, shown);
    const entry = tree.entries.get(path);
    if (entry !== undefined) return entry;
    const isBelowFile = tree.entries.get(posix.dirname(path))?.kind === 'file';
    throw isBelowFile
      ? failure('ENOTDIR', 'not a directory', shown)
      : failure('ENOENT', 'no such file or directory', shown);
  };
  const findFollowed = (path: string, shown: string): TreeEntry => {
    const entry = find(path, shown);
    if (entry.kind === 'file' || entry.kind === 'folder') return entry;
    throw failure('ELOOP', `a ${entry.kind} of a commit is not followed`, shown);
  };
  const statOf = (kind: FileStat['kind'], size: number, mode: number): FileStat => ({
    ...{ kind, size, mode, ...owner, links: 1, device: 0, inode: 0, modifiedMs: committedMs },
  });
  return {
    read: async (path: string, shown: string): Promise<Buffer> => {
      const text = extra[path];
      if (text !== undefined) return Buffer.from(text);
      if (isExtraFolder(path)) throw failure('EISDIR', 'is a directory', shown);
      const { kind, id } = findFollowed(path, shown);
      if (kind === 'folder') throw failure('EISDIR', 'is a directory', shown);
      if ((await content.size(id)) > maxBlobBytes) throw failure('EFBIG', 'file too large', shown);
      return content.read(id);
    },
    list: async (path: string, shown: string): Promise<readonly string[]> => {
      if (isExtraFolder(path)) return Object.keys(extra).flatMap((file) => file.split(`${path}/`)[1] ?? []);
      const { kind } = findFollowed(path, shown);
      if (kind !== 'folder') throw failure('ENOTDIR', 'not a directory', shown);
      const names = tree.names.get(path) ?? [];
      return path === '' ? [...extraNames, ...names] : names;
    },
    stat: async (path: string, shown: string): Promise<FileStat> => {
      const text = extra[path];
      if (text !== undefined) return statOf('file', Buffer.byteLength(text), 0o100444);
      if (isExtraFolder(path)) return statOf('folder', 0, 0o040555);
      const { kind, id, isExecutable } = find(path, shown);
      if (kind === 'folder') return statOf('folder', 0, 0o040555);
      if (kind === 'link') return statOf('link', 0, 0o120777);
      if (kind === 'submodule') return statOf('other', 0, 0o040555);
      return statOf('file', await content.size(id), isExecutable ? 0o100555 : 0o100444);
    },
    realPath: async (path: string, shown: string): Promise<string> => {
      if (extra[path] === undefined && !isExtraFolder(path)) findFollowed(path, shown);
      return path === '' ? root : resolve(root, ...path.split('/'));
    },
  };
}

function failure(code: string, what: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${what} '${path}'`), { code, path });
}
