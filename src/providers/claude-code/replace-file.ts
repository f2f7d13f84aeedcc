import { basename, dirname } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { FileStat, HeldLock } from '../../model/system.ts';
import { backUp } from './backup.ts';
import { temporaryFor } from './temporary.ts';
import { type ConfigKind, statOrNull, type WriteTarget } from './write-target.ts';

/** The client takes a lock for left behind after ten seconds; we never come near that. */
export const MAX_HELD_MS = 5_000;

export interface Replacement {
  readonly file: string;
  readonly kind: ConfigKind;
  readonly target: WriteTarget;
  /** What was read; null when there was no file. */
  readonly before: Buffer | null;
  readonly after: Buffer;
  readonly lock: HeldLock;
  /** When the lock was taken, on the monotonic clock. */
  readonly heldSinceMs: number;
  /** Whether what was there is to be kept as a backup first. */
  readonly keepsBackup: boolean;
  /** Called before the last look at the old bytes: what others do from here on may be lost. */
  readonly onLastLook: () => void;
}

/**
 * Replaces a file by one rename, if it still is what was read; false when it is not, or when the lock cannot be
 * relied on any more: nothing has changed then. Mode, owner, ACL and attributes stay. Durable when it returns true.
 */
export async function replaceFile(replacement: Replacement, ctx: Context): Promise<boolean> {
  const { files } = ctx.system;
  const { target, before, after, file } = replacement;
  if (replacement.keepsBackup && before !== null) await backUpOrFail(file, before, ctx);
  const temporary = await temporaryFor(target.path, ctx);
  try {
    if (target.stat === null) await createNew(temporary, replacement, ctx);
    else {
      await files.createLike(target.path, temporary);
      await files.fill(temporary, after, { sync: true });
    }
    replacement.onLastLook();
    if (!(await isUnchanged(replacement, ctx)) || !isLockGood(replacement, ctx)) {
      await files.remove(temporary);
      return false;
    }
    await files.rename(temporary, target.path);
  } catch (error) {
    await removeQuietly(temporary, ctx);
    throw error;
  }
  await files.syncFolder(dirname(target.path));
  return true;
}

async function createNew(temporary: string, { kind, after }: Replacement, ctx: Context): Promise<void> {
  // A project file is committed and shared: its mode is what the user's umask leaves of 0644.
  const mode = kind === 'user' ? 0o600 : 0o644;
  await ctx.system.files.create(temporary, after, { mode, sync: true });
}

async function backUpOrFail(file: string, bytes: Buffer, ctx: Context): Promise<void> {
  try {
    await backUp(file, bytes, ctx);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new McpformError(
      'CLIENT_BACKUP_FAILED',
      `no backup of "${file}" could be made (${String(error.code)})`,
      {
        hint: `nothing was written; make room in, or repair, "${ctx.folders.state}"`,
        cause: error,
      },
    );
  }
}

/**
 * Editors and clients before 2.1.260 ignore the lock. Stat, read, stat: a file exchanged while it was read shows
 * in the second, which comes right before the rename.
 */
async function isUnchanged({ target, before }: Replacement, ctx: Context): Promise<boolean> {
  if (target.stat === null || before === null) {
    return target.stat === null && (await statOrNull(target.path, ctx.system.files)) === null;
  }
  if (!(await isSameFile(target.path, target.stat, ctx))) return false;
  try {
    if (!before.equals(await ctx.system.files.read(target.path))) return false;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
  return isSameFile(target.path, target.stat, ctx);
}

async function isSameFile(path: string, then: FileStat, ctx: Context): Promise<boolean> {
  const now = await statOrNull(path, ctx.system.files);
  const isSame = (key: keyof FileStat): boolean => now?.[key] === then[key];
  return (['inode', 'device', 'size', 'modifiedMs', 'links'] as const).every(isSame);
}

function isLockGood({ lock, heldSinceMs }: Replacement, ctx: Context): boolean {
  return !lock.isCompromised() && ctx.system.clock.monotonic() - heldSinceMs < MAX_HELD_MS;
}

async function removeQuietly(path: string, ctx: Context): Promise<void> {
  try {
    await ctx.system.files.remove(path);
  } catch {
    // What made the write fail may well make this fail too; the next run clears leftovers away.
  }
}

/** Counts how often a name appears in a folder's changes. Lossy: nothing seen proves nothing. */
export function watchName(path: string, ctx: Context): { seen(): number; reset(): void; close(): void } {
  let count = 0;
  const name = basename(path);
  const watch = startWatch(dirname(path), (changed) => {
    if (changed === name) count += 1;
  });
  return {
    seen: () => count,
    reset: () => {
      count = 0;
    },
    close: () => watch?.close(),
  };

  function startWatch(folder: string, onChange: (changed: string) => void): { close(): void } | null {
    try {
      return ctx.system.files.watch(folder, onChange);
    } catch {
      // No folder yet, no watches left, or a file system without them: only a hint is lost.
      return null;
    }
  }
}
