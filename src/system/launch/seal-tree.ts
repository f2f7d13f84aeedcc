import type { Dirent } from 'node:fs';
import { copyFile, lstat, open, readdir, readlink, realpath, rename } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { isErrno } from '../../model/error.ts';
import { inParallel } from '../../model/in-parallel.ts';

/** Something that no store takes. */
export interface OddFile {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly because: string;
}

/** So many files are made durable at once; a disk answers several requests with one write. */
const PARALLEL = 32;

/**
 * Makes everything below the folder, and the folder, read-only and durable: files 0444, or 0555 where anybody could
 * execute them, folders 0555. Gives the first odd file instead, when there is one: then nothing is promised.
 */
export async function sealTree(folder: string): Promise<OddFile | null> {
  const found: Found = { files: [], folders: [folder], odd: null };
  await collect(folder, { tree: await realpath(folder), found });
  if (found.odd !== null)
    return { ...found.odd, path: relative(folder, found.odd.path).split(sep).join('/') };
  await inParallel(found.files, PARALLEL, sealFile);
  // From the deepest up: in a sealed folder nothing could be sealed any more.
  for (const each of found.folders.reverse()) await sealFolder(each);
  return null;
}

interface Found {
  readonly files: string[];
  readonly folders: string[];
  odd: OddFile | null;
}

async function collect(folder: string, { tree, found }: { tree: string; found: Found }): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const because = await whyOdd(path, entry, tree);
    if (because !== null) found.odd ??= { path, because };
    if (found.odd !== null) return;
    if (entry.isFile()) found.files.push(path);
    if (!entry.isDirectory()) continue;
    found.folders.push(path);
    await collect(path, { tree, found });
  }
}

async function whyOdd(path: string, entry: Dirent, tree: string): Promise<string | null> {
  // U+FFFD is what bytes that are no UTF-8 are read as: two names could then look alike.
  if (/[\0-\x1f\x7f\ufffd]/.test(entry.name)) return 'has a name with control characters';
  if (entry.isFile() || entry.isDirectory()) return null;
  if (!entry.isSymbolicLink()) return 'is neither a file nor a folder nor a link';
  return await whyOddLink(path, tree);
}

async function whyOddLink(path: string, tree: string): Promise<string | null> {
  const text = await readlink(path);
  if (isAbsolute(text)) return 'links to an absolute path';
  try {
    const target = await realpath(path);
    return target === tree || target.startsWith(tree + sep)
      ? null
      : 'links to what is outside of the package';
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) return 'links to nothing';
    throw error;
  }
}

async function sealFile(path: string): Promise<void> {
  const { mode, nlink } = await lstat(path);
  // Another name of the same file, in a cache or in another package, would be changed with it.
  if (nlink > 1) await makeOwn(path);
  // Windows makes nothing durable through what was opened for reading.
  const file = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await file.chmod((mode & 0o111) === 0 ? 0o444 : 0o555);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function makeOwn(path: string): Promise<void> {
  const copy = `${path}.mcpform-copy`;
  await copyFile(path, copy);
  await rename(copy, path);
}

async function sealFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.chmod(0o555);
    await folder.sync();
  } catch (error) {
    if (!isErrno(error, 'EINVAL', 'ENOTSUP', 'ENOSYS')) throw error;
  } finally {
    await folder.close();
  }
}
