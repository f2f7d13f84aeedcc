import { posix } from 'node:path';
import type { AppendFile, FileStat, Files } from '../model/system.ts';
import {
  type Caller,
  errno,
  type FileInode,
  type FolderInode,
  type Inode,
  isAllowed,
  type Located,
  locate,
} from './memory-tree.ts';

/** A disk that several systems can share, one after the other. */
export interface MemoryDisk {
  readonly root: FolderInode;
  nextInode: number;
  readonly watchers: Set<{ readonly folder: FolderInode; readonly onChange: (name: string) => void }>;
}

export function memoryDisk(): MemoryDisk {
  const attributes = { inode: 1, mode: 0o755, uid: 0, gid: 0, links: 1, modifiedMs: 0 };
  return {
    root: { kind: 'folder', ...attributes, entries: new Map(), durable: new Map() },
    nextInode: 2,
    watchers: new Set(),
  };
}

/** A disk of its own with the same content, names, links and what is durable of them. Watchers stay behind. */
export function copyDisk(disk: MemoryDisk): MemoryDisk {
  const copies = new Map<Inode, Inode>();
  const copy = <T extends Inode>(node: T): T => {
    const known = copies.get(node);
    if (known !== undefined) return known as T;
    const made = { ...node };
    copies.set(node, made);
    if (made.kind === 'folder') {
      made.entries = new Map([...made.entries].map(([name, child]) => [name, copy(child)]));
      made.durable = new Map([...made.durable].map(([name, child]) => [name, copy(child)]));
    }
    return made;
  };
  return { root: copy(disk.root), nextInode: disk.nextInode, watchers: new Set() };
}

/** `Files` over a disk in memory, with the errors, links and permissions of a POSIX one. */
export class MemoryFiles implements Files {
  readonly #disk: MemoryDisk;
  readonly #caller: Caller;
  readonly #now: () => number;

  constructor(disk: MemoryDisk, caller: Caller, now: () => number) {
    this.#disk = disk;
    this.#caller = caller;
    this.#now = now;
  }

  async read(path: string): Promise<Buffer> {
    return Buffer.from(this.#file(path, 4).data);
  }

  async create(
    path: string,
    bytes: string | Uint8Array,
    options: { mode: number; sync: boolean },
  ): Promise<void> {
    const file = this.#newFile(path, options.mode);
    this.#write(file, toBuffer(bytes));
    if (options.sync) syncFile(file);
  }

  async openAppend(path: string, mode: number): Promise<AppendFile> {
    const { node } = this.#locate(path, 'open', false);
    if (node === undefined) return this.#appendTo(this.#newFile(path, mode));
    if (node.kind === 'link') throw errno('ELOOP', 'open', path);
    return this.#appendTo(this.#file(path, 2));
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#locate(from, 'rename', false);
    const target = this.#locate(to, 'rename', false);
    const moved = source.node;
    if (moved === undefined) throw errno('ENOENT', 'rename', from);
    // rename(2): two names of one file are left as they are.
    if (moved === target.node) return;
    checkRename(moved, source, target);
    this.#setEntry(target, moved, 'rename');
    // Taking away the old name takes away one of its links.
    moved.links += 1;
    this.#setEntry(source, null, 'rename');
  }

  async link(from: string, to: string): Promise<void> {
    const source = this.#node(from, 'link', false);
    if (source.kind === 'folder') throw errno('EPERM', 'link', from);
    const target = this.#locate(to, 'link', false);
    if (target.node !== undefined) throw errno('EEXIST', 'link', to);
    this.#setEntry(target, source, 'link');
    source.links += 1;
  }

  async remove(path: string): Promise<void> {
    const found = this.#locate(path, 'unlink', false);
    if (found.node === undefined) throw errno('ENOENT', 'unlink', path);
    if (found.node.kind === 'folder') throw errno('EISDIR', 'unlink', path);
    this.#setEntry(found, null, 'unlink');
  }

  async removeFolder(path: string): Promise<void> {
    const found = this.#locate(path, 'rmdir', false);
    if (found.node === undefined) throw errno('ENOENT', 'rmdir', path);
    if (found.node.kind !== 'folder') throw errno('ENOTDIR', 'rmdir', path);
    if (found.node.entries.size > 0) throw errno('ENOTEMPTY', 'rmdir', path);
    this.#setEntry(found, null, 'rmdir');
  }

  async makeFolder(path: string, mode: number): Promise<void> {
    const names = posix.normalize(path).split('/').filter(Boolean);
    for (const [index] of names.entries()) {
      const found = this.#locate(`/${names.slice(0, index + 1).join('/')}`, 'mkdir');
      if (found.node?.kind === 'folder') continue;
      if (found.node !== undefined) throw errno('EEXIST', 'mkdir', path);
      const made: FolderInode = {
        kind: 'folder',
        ...this.#attributes(mode),
        entries: new Map(),
        durable: new Map(),
      };
      this.#setEntry(found, made, 'mkdir');
    }
  }

  async list(path: string): Promise<readonly string[]> {
    const folder = this.#folder(path, 'scandir');
    this.#require(folder, 4, 'scandir', path);
    return [...folder.entries.keys()];
  }

  async stat(path: string): Promise<FileStat> {
    return statOf(this.#node(path, 'lstat', false));
  }

  async readLink(path: string): Promise<string> {
    const node = this.#node(path, 'readlink', false);
    if (node.kind !== 'link') throw errno('EINVAL', 'readlink', path);
    return node.target;
  }

  async realPath(path: string): Promise<string> {
    this.#node(path, 'realpath');
    return this.#locate(path, 'realpath').path;
  }

  async changeMode(path: string, mode: number): Promise<void> {
    const node = this.#node(path, 'chmod');
    if (this.#caller.uid !== 0 && this.#caller.uid !== node.uid) throw errno('EPERM', 'chmod', path);
    node.mode = mode;
  }

  async changeOwner(path: string, uid: number, gid: number): Promise<void> {
    const node = this.#node(path, 'chown');
    if (this.#caller.uid !== 0 && uid !== node.uid) throw errno('EPERM', 'chown', path);
    node.uid = uid;
    node.gid = gid;
  }

  async syncFolder(path: string): Promise<void> {
    const folder = this.#folder(path, 'open');
    folder.durable = new Map(folder.entries);
  }

  async createLike(from: string, to: string): Promise<void> {
    const { mode, uid, gid } = this.#node(from, 'lstat');
    if (this.#caller.uid !== 0 && this.#caller.uid !== uid) throw errno('EPERM', 'chown', to);
    Object.assign(this.#newFile(to, mode), { uid, gid });
  }

  async fill(path: string, bytes: string | Uint8Array, options: { sync: boolean }): Promise<void> {
    const file = this.#file(path, 2);
    this.#write(file, toBuffer(bytes));
    if (options.sync) syncFile(file);
  }

  watch(path: string, onChange: (name: string) => void): { close(): void } {
    const watcher = { folder: this.#folder(path, 'watch'), onChange };
    this.#disk.watchers.add(watcher);
    return { close: () => void this.#disk.watchers.delete(watcher) };
  }

  #locate(path: string, call: string, follow = true): Located {
    return locate(this.#disk.root, path, { call, follow, caller: this.#caller });
  }

  #node(path: string, call: string, follow = true): Inode {
    const { node } = this.#locate(path, call, follow);
    if (node === undefined) throw errno('ENOENT', call, path);
    return node;
  }

  #file(path: string, right: 2 | 4): FileInode {
    const node = this.#node(path, 'open');
    if (node.kind !== 'file') throw errno('EISDIR', 'open', path);
    this.#require(node, right, 'open', path);
    return node;
  }

  #folder(path: string, call: string): FolderInode {
    const node = this.#node(path, call);
    if (node.kind !== 'folder') throw errno('ENOTDIR', call, path);
    return node;
  }

  #require(node: Inode, right: 1 | 2 | 4, call: string, path: string): void {
    if (!isAllowed(node, right, this.#caller)) throw errno('EACCES', call, path);
  }

  #attributes(mode: number) {
    const { uid, gid } = this.#caller;
    return { inode: this.#disk.nextInode++, mode, uid, gid, links: 1, modifiedMs: this.#now() };
  }

  #newFile(path: string, mode: number): FileInode {
    const found = this.#locate(path, 'open', false);
    if (found.node !== undefined) throw errno('EEXIST', 'open', path);
    const empty = Buffer.alloc(0);
    const file: FileInode = {
      kind: 'file',
      ...this.#attributes(mode),
      data: empty,
      durable: empty,
      hasLostWrites: false,
    };
    this.#setEntry(found, file, 'open');
    return file;
  }

  #setEntry({ folder, name, path }: Located, node: Inode | null, call: string): void {
    this.#require(folder, 2, call, path);
    const replaced = folder.entries.get(name);
    if (replaced !== undefined) replaced.links -= 1;
    if (node === null) folder.entries.delete(name);
    else folder.entries.set(name, node);
    folder.modifiedMs = this.#now();
    for (const watcher of this.#disk.watchers) if (watcher.folder === folder) watcher.onChange(name);
  }

  #write(file: FileInode, data: Buffer): void {
    file.data = data;
    file.modifiedMs = this.#now();
  }

  #appendTo(file: FileInode): AppendFile {
    return {
      get size() {
        return file.data.length;
      },
      append: async (bytes) => this.#write(file, Buffer.concat([file.data, toBuffer(bytes)])),
      sync: async () => syncFile(file),
      truncate: async (size) => this.#write(file, Buffer.from(file.data.subarray(0, size))),
      close: async () => undefined,
    };
  }
}

function toBuffer(bytes: string | Uint8Array): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
}

function syncFile(file: FileInode): void {
  if (!file.hasLostWrites) file.durable = file.data;
}

/** The rules of rename(2) about what may replace what. */
function checkRename(moved: Inode, source: Located, target: Located): void {
  const { node } = target;
  if (moved.kind !== 'folder') {
    if (node?.kind === 'folder') throw errno('EISDIR', 'rename', target.path);
    return;
  }
  if (`${target.path}/`.startsWith(`${source.path}/`)) throw errno('EINVAL', 'rename', source.path);
  if (node === undefined) return;
  if (node.kind !== 'folder') throw errno('ENOTDIR', 'rename', target.path);
  if (node.entries.size > 0) throw errno('ENOTEMPTY', 'rename', target.path);
}

function statOf(node: Inode): FileStat {
  return {
    kind: node.kind,
    size: node.kind === 'file' ? node.data.length : node.kind === 'link' ? node.target.length : 0,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    links: node.links,
    device: 1,
    inode: node.inode,
    modifiedMs: node.modifiedMs,
  };
}
