import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { isErrno } from '../../model/error.ts';

export type OwnFile =
  | { readonly kind: 'there'; readonly bytes: Buffer }
  | { readonly kind: 'missing' }
  /** Not a plain file, somebody else's, one that others may write, or too large. */
  | { readonly kind: 'unsafe'; readonly because: string };

/**
 * Reads a file that nobody but this user could have written, without following a link to it. With `isPrivate`, nobody
 * else may read it either: such a file is in no repository that was fetched.
 */
export function readOwnFile(path: string, maxBytes: number, { isPrivate = false } = {}): OwnFile {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { kind: 'missing' };
    if (isErrno(error, 'ELOOP', 'EMLINK')) return { kind: 'unsafe', because: 'is a symbolic link' };
    throw error;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return { kind: 'unsafe', because: 'is not a plain file' };
    const because = whyUnsafe(found) ?? (isPrivate ? whyNotPrivate(found) : null);
    if (because !== null) return { kind: 'unsafe', because };
    if (found.size > maxBytes) return { kind: 'unsafe', because: `has more than ${maxBytes} bytes` };
    return { kind: 'there', bytes: readWhole(file, found.size) };
  } finally {
    closeSync(file);
  }
}

/** Why somebody else could put things into this folder; null when nobody can, or when it is not there. */
export function whyUnsafeFolder(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  return found.isDirectory() ? whyUnsafe(found) : 'is not a folder';
}

/** Whether anything has this name. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A folder itself, not a link to one. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function whyUnsafe({ uid, mode }: { uid: number; mode: number }): string | null {
  // Windows has neither: there, what lies below the user's profile is the user's.
  if (process.geteuid === undefined) return null;
  if (uid !== process.geteuid()) return 'belongs to another user';
  return (mode & 0o022) === 0 ? null : 'can be written by other users';
}

function whyNotPrivate({ mode }: { mode: number }): string | null {
  return process.geteuid === undefined || (mode & 0o077) === 0 ? null : 'can be read by other users';
}

function readWhole(file: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  while (at < size) {
    const got = readSync(file, bytes, at, size - at, at);
    if (got === 0) break;
    at += got;
  }
  return bytes.subarray(0, at);
}
