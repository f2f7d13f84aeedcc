import { createHash } from 'node:crypto';
import { isErrno } from '../../model/error.ts';
import type { FileStat, System } from '../../model/system.ts';

/** What a file was when it was looked at. */
export interface FileMark {
  /** Equal for equal contents. */
  readonly content: string;
  /** A file of which all this is the same has the same content; null where that cannot be said. */
  readonly stat: string | null;
  /** Nothing is in it, or there is none. */
  readonly isEmpty: boolean;
}

/** A clock may tick so slowly (FAT: 2 s) that a file written twice within a tick looks as if it were written once. */
const TICK_MS = 2_000;
/** Of what is larger, only size and time are compared. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Looks at a file, behind links, and reads it only if it looks different than `before`. */
export async function markFile(
  path: string,
  before: FileMark | undefined,
  { files, clock }: Pick<System, 'files' | 'clock'>,
): Promise<FileMark> {
  try {
    const real = await files.realPath(path);
    const found = await files.stat(real);
    const stat = `${found.device}:${found.inode}:${found.size}:${found.modifiedMs}`;
    if (before?.stat === stat) return before;
    if (found.kind !== 'file') return { content: found.kind, stat: null, isEmpty: false };
    if (found.size > MAX_BYTES) return { content: stat, stat: null, isEmpty: false };
    const lookedMs = clock.now();
    const bytes = await files.read(real);
    const content = createHash('sha256').update(bytes).digest('hex');
    return { content, stat: isOld(found, lookedMs) ? stat : null, isEmpty: bytes.byteLength === 0 };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { content: 'absent', stat: null, isEmpty: true };
    const code = codeOf(error);
    if (code === null) throw error;
    return { content: `unreadable: ${code}`, stat: null, isEmpty: false };
  }
}

function isOld({ modifiedMs }: FileStat, nowMs: number): boolean {
  return modifiedMs < nowMs - TICK_MS;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
