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
  /** Called when the old bytes were seen for the last time, just before the rename. */
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
    if (!(await isUnchanged(replacement, ctx)) || !isLockGood(replacement, ctx)) {
      await files.remove(temporary);
      return false;
    }
    replacement.onLastLook();
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

/** Editors and clients before 2.1.260 ignore the lock. The look at the bytes comes last, right before the rename. */
async function isUnchanged({ target, before }: Replacement, ctx: Context): Promise<boolean> {
  const { files } = ctx.system;
  const now = await statOrNull(target.path, files);
  if (target.stat === null || before === null || now === null) return now === null && target.stat === null;
  if (!isSameFile(now, target.stat)) return false;
  try {
    return before.equals(await files.read(target.path));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

function isSameFile(a: FileStat, b: FileStat): boolean {
  return (
    a.inode === b.inode &&
    a.device === b.device &&
    a.size === b.size &&
    a.modifiedMs === b.modifiedMs &&
    a.links === b.links
  );
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
