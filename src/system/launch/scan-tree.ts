import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { isErrno } from '../../model/error.ts';

/** One file, folder or link below a tree. */
export interface TreeEntry {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Permissions; 0 for links, which have none of their own. */
  readonly mode: number;
  /** Bytes: of a file, or of the text of a link. */
  readonly size: number;
  /** SHA-256 in hex of a file's bytes or a link's text; empty for the rest. */
  readonly sha256: string;
}

/** Everything below the folder, hashed, sorted by path. Follows no link. */
export function scanTree(folder: string): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  scanFolder(folder, '', { entries, piece: Buffer.allocUnsafeSlow(1 << 20) });
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

interface Scan {
  readonly entries: TreeEntry[];
  /** What files are read into. */
  readonly piece: Buffer;
}

function scanFolder(folder: string, below: string, scan: Scan): void {
  for (const found of listFolder(folder)) {
    const path = below === '' ? found.name : `${below}/${found.name}`;
    const place = `${folder}/${found.name}`;
    if (found.isDirectory()) {
      scan.entries.push({ path, kind: 'folder', mode: modeOf(place), size: 0, sha256: '' });
      scanFolder(place, path, scan);
    } else if (found.isFile()) {
      scan.entries.push({ path, kind: 'file', ...hashFile(place, scan.piece) });
    } else if (found.isSymbolicLink()) {
      const text = readlinkSync(place, 'buffer');
      const sha256 = hash('sha256', text);
      scan.entries.push({ path, kind: 'link', mode: 0, size: text.length, sha256 });
    } else {
      scan.entries.push({ path, kind: 'other', mode: 0, size: 0, sha256: '' });
    }
  }
}

/** What may not be listed has nothing in it that could run. */
function listFolder(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) return [];
    throw error;
  }
}

function modeOf(path: string): number {
  return lstatSync(path).mode & 0o7777;
}

/** In pieces: a package may hold a file larger than memory. Without hash when it may not be read. */
function hashFile(path: string, piece: Buffer): Pick<TreeEntry, 'mode' | 'size' | 'sha256'> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM')) throw error;
    return { mode: modeOf(path), size: 0, sha256: '' };
  }
  try {
    const hashing = createHash('sha256');
    let size = 0;
    for (let got = readSync(file, piece); got > 0; got = readSync(file, piece)) {
      hashing.update(piece.subarray(0, got));
      size += got;
    }
    return { mode: fstatSync(file).mode & 0o7777, size, sha256: hashing.digest('hex') };
  } finally {
    closeSync(file);
  }
}
