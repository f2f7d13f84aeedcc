import { McpformError } from '../../model/error.ts';
import type { ZipEntry } from './client.ts';

export interface EntryLimits {
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
  /** How many times its packed size a large file may have. Deflate cannot do more than about 1030. */
  readonly maxRatio: number;
}

export const ENTRY_LIMITS: EntryLimits = {
  maxFileBytes: 512 * 2 ** 20,
  maxTotalBytes: 2 * 2 ** 30,
  maxRatio: 250,
};

/** Files this small unpack to nothing that hurts, whatever their ratio. */
const smallBytes = 2 ** 20;
const typeMask = 0o170000;

/**
 * Throws RESOLVE_UNSAFE unless every entry is a plain file or folder that stays inside, can be read, is not a bomb,
 * and has a name of its own on every kind of disk.
 */
export function checkEntries(
  entries: readonly ZipEntry[],
  platform: NodeJS.Platform,
  limits: EntryLimits = ENTRY_LIMITS,
): void {
  const names = new Names();
  let total = 0;
  for (const entry of entries) {
    checkPath(entry.path, platform);
    checkKind(entry);
    names.add(entry.path);
    checkSize(entry, limits);
    total += entry.size;
    if (total > limits.maxTotalBytes) throw unsafe('it unpacks to too much');
  }
}

/** Throws RESOLVE_UNSAFE for a path that could leave its folder, or mean another thing than it shows. */
export function checkPath(path: string, platform: NodeJS.Platform): void {
  const segments = path.replace(/\/$/, '').split('/');
  const isOutside = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  const isOdd = /[\x00-\x1f\x7f\\]/.test(path) || path.length > 1024;
  const isWrongHere = platform === 'win32' && segments.some(isReservedOnWindows);
  if (isOutside || isOdd || isWrongHere)
    throw unsafe(`the path ${JSON.stringify(path)} is not a plain one inside it`);
}

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
function isReservedOnWindows(segment: string): boolean {
  return /[<>:"|?*]|[ .]$/.test(segment) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(segment);
}

function checkKind({ path, mode, isReadable }: ZipEntry): void {
  const type = mode & typeMask;
  if (type === 0o120000) throw unsafe(`"${path}" is a link`);
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) throw unsafe(`"${path}" is not a file or folder`);
  if (!isReadable) throw unsafe(`"${path}" is encrypted or packed in an unknown way`);
}

function checkSize({ path, size, packedSize }: ZipEntry, limits: EntryLimits): void {
  const isBomb = size > smallBytes && size > packedSize * limits.maxRatio;
  if (size > limits.maxFileBytes || isBomb) throw unsafe(`"${path}" unpacks to too much`);
}

/** Names as a disk that ignores case and the spelling of accents sees them. */
class Names {
  readonly #kinds = new Map<string, 'file' | 'folder'>();

  add(path: string): void {
    const isFolder = path.endsWith('/');
    const key = folded(path.replace(/\/$/, ''));
    const known = this.#kinds.get(key);
    if (known !== undefined && !(isFolder && known === 'folder')) throw unsafe(`"${path}" is in it twice`);
    for (let slash = key.lastIndexOf('/'); slash !== -1; slash = key.lastIndexOf('/', slash - 1)) {
      const parent = key.slice(0, slash);
      if (this.#kinds.get(parent) === 'file') throw unsafe(`"${path}" is inside of a file`);
      this.#kinds.set(parent, 'folder');
    }
    this.#kinds.set(key, isFolder ? 'folder' : 'file');
  }
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function unsafe(why: string): McpformError {
  return new McpformError('RESOLVE_UNSAFE', why, {
    hint: 'nothing of it was used; tell whoever publishes it',
  });
}
