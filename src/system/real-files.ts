import { constants, watch } from 'node:fs';
import {
  chmod,
  chown,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rmdir,
  unlink,
} from 'node:fs/promises';
import { isErrno } from '../model/error.ts';
import type { AppendFile, FileStat, Files } from '../model/system.ts';
import { createLike } from './create-like.ts';

/** The disk of this machine. */
export function realFiles(): Files {
  return {
    read: (path) => readFile(path),
    create,
    openAppend,
    rename,
    link,
    remove: unlink,
    removeFolder: rmdir,
    makeFolder: async (path, mode) => {
      await mkdir(path, { recursive: true, mode });
    },
    list: (path) => readdir(path),
    stat,
    readLink: (path) => readlink(path),
    realPath: (path) => realpath(path),
    changeMode: chmod,
    changeOwner: chown,
    syncFolder,
    createLike,
    fill,
    watch: watchFolder,
  };
}

async function create(
  path: string,
  bytes: string | Uint8Array,
  options: { mode: number; sync: boolean },
): Promise<void> {
  const file = await open(path, 'wx', options.mode);
  try {
    await file.writeFile(bytes);
    if (options.sync) await file.sync();
    await file.close();
  } catch (error) {
    // Half a file under this name would be taken for a whole one by the next reader.
    await file.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

async function openAppend(path: string, mode: number): Promise<AppendFile> {
  // A symlink in place of our own file is somebody else's idea; Windows has no such flag.
  const noFollow = constants.O_NOFOLLOW ?? 0;
  const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | noFollow, mode);
  return appendTo(file, (await file.stat()).size);
}

function appendTo(file: FileHandle, initialSize: number): AppendFile {
  let size = initialSize;
  return {
    get size() {
      return size;
    },
    append: async (bytes) => {
      const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      await file.appendFile(data);
      size += data.byteLength;
    },
    // The length is part of the data as far as fdatasync is concerned; times are not, and are not needed.
    sync: () => file.datasync(),
    truncate: async (to) => {
      await file.truncate(to);
      size = to;
    },
    close: () => file.close(),
  };
}

async function stat(path: string): Promise<FileStat> {
  const found = await lstat(path);
  return {
    kind: found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'folder'
        : found.isSymbolicLink()
          ? 'link'
          : 'other',
    size: found.size,
    mode: found.mode & 0o7777,
    uid: found.uid,
    gid: found.gid,
    links: found.nlink,
    device: found.dev,
    inode: found.ino,
    modifiedMs: found.mtimeMs,
  };
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder, and makes names durable on its own.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some network and FUSE file systems have no fsync for folders at all; that is not a failed one.
    if (!isErrno(error, 'EINVAL', 'ENOTSUP', 'ENOSYS')) throw error;
  } finally {
    await folder.close();
  }
}

async function fill(path: string, bytes: string | Uint8Array, options: { sync: boolean }): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_TRUNC);
  try {
    await file.writeFile(bytes);
    if (options.sync) await file.sync();
  } finally {
    await file.close();
  }
}

function watchFolder(folder: string, onChange: (name: string) => void): { close(): void } {
  const watcher = watch(folder, { persistent: false }, (_event, name) => {
    if (name !== null) onChange(name);
  });
  // Lossy by contract: a watch that ends early is the same as one that saw nothing.
  watcher.on('error', () => undefined);
  return { close: () => watcher.close() };
}
