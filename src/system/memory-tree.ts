import { posix } from 'node:path';

/** One inode. `durable` is what a power loss leaves of it. */
export type Inode = FileInode | FolderInode | LinkInode;

interface Attributes {
  readonly inode: number;
  mode: number;
  uid: number;
  gid: number;
  links: number;
  modifiedMs: number;
}

export interface FileInode extends Attributes {
  readonly kind: 'file';
  data: Buffer;
  durable: Buffer;
  /** A sync failed: what was dirty is lost for good, though later syncs claim success (Linux does so). */
  hasLostWrites: boolean;
}

export interface FolderInode extends Attributes {
  readonly kind: 'folder';
  entries: Map<string, Inode>;
  durable: Map<string, Inode>;
}

interface LinkInode extends Attributes {
  readonly kind: 'link';
  readonly target: string;
}

/** Where a path leads: the folder it is named in, and what is there, if anything. */
export interface Located {
  readonly folder: FolderInode;
  readonly name: string;
  readonly node: Inode | undefined;
  /** Without links in any folder. */
  readonly path: string;
}

export interface Caller {
  readonly uid: number;
  readonly gid: number;
}

const texts: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'file already exists',
  EINVAL: 'invalid argument',
  EIO: 'i/o error',
  EISDIR: 'illegal operation on a directory',
  ELOOP: 'too many symbolic links encountered',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  EPERM: 'operation not permitted',
};

/** An error as node:fs makes it. */
export function errno(code: string, call: string, path: string): NodeJS.ErrnoException {
  const message = `${code}: ${texts[code] ?? 'failed'}, ${call} '${path}'`;
  return Object.assign(new Error(message), { code, syscall: call, path });
}

/** Walks a tree of inodes as the kernel does: links, `..`, search permission, ELOOP. */
export function locate(
  root: FolderInode,
  path: string,
  options: { readonly call: string; readonly follow: boolean; readonly caller: Caller },
): Located {
  if (!posix.isAbsolute(path)) throw new Error(`path "${path}" is not absolute`);
  const fail = (code: string): never => {
    throw errno(code, options.call, path);
  };
  let budget = 40;
  const walk = (text: string): Located => {
    const plain = /\/\.|\/\//.test(text) ? posix.normalize(text) : text;
    const names = plain.split('/').filter(Boolean);
    let at: Located = { folder: root, name: '', node: root, path: '/' };
    for (const [index, name] of names.entries()) {
      const folder = at.node ?? fail('ENOENT');
      if (folder.kind !== 'folder') return fail('ENOTDIR');
      if (!isAllowed(folder, 1, options.caller)) return fail('EACCES');
      at = {
        folder,
        name,
        node: folder.entries.get(name),
        path: `${at.path === '/' ? '' : at.path}/${name}`,
      };
      const isLast = index === names.length - 1;
      if (at.node?.kind !== 'link' || (isLast && !options.follow)) continue;
      if (budget-- === 0) return fail('ELOOP');
      at = walk(posix.resolve(posix.dirname(at.path), at.node.target));
    }
    return at;
  };
  return walk(path);
}

/** Whether the caller has the right: 4 read, 2 write, 1 search. Root has all. */
export function isAllowed(node: Inode, right: 1 | 2 | 4, caller: Caller): boolean {
  if (caller.uid === 0) return true;
  const shift = node.uid === caller.uid ? 6 : node.gid === caller.gid ? 3 : 0;
  return ((node.mode >> shift) & right) !== 0;
}

/**
 * What is left after the machine stops.
 * - `kill`: only the process died; all it wrote is there.
 * - `power`: what was not synced is gone, contents and names alike.
 * - `torn`: names are there, contents that were not synced only by half: disks reorder.
 */
export type Loss = 'kill' | 'power' | 'torn';

export function loseUnsynced(node: Inode, loss: Loss, seen = new Set<Inode>()): void {
  if (loss === 'kill' || node.kind === 'link' || seen.has(node)) return;
  seen.add(node);
  if (node.kind === 'file') {
    node.data = loss === 'power' ? node.durable : half(node.durable, node.data);
    node.durable = node.data;
    node.hasLostWrites = false;
    return;
  }
  if (loss === 'power') node.entries = new Map(node.durable);
  node.durable = new Map(node.entries);
  for (const child of node.entries.values()) loseUnsynced(child, loss, seen);
}

/** What both have in common was on disk and stays, cut short or not; of the rest, the first half made it. */
function half(durable: Buffer, data: Buffer): Buffer {
  let kept = 0;
  while (kept < durable.length && kept < data.length && durable[kept] === data[kept]) kept += 1;
  return data.subarray(0, kept + Math.floor((data.length - kept) / 2));
}
