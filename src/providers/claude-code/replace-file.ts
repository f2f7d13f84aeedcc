import { dirname } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { FileStat } from '../../model/system.ts';
import { temporaryFor } from './temporary.ts';
import { kindOfConfig, statOrNull, type WriteTarget } from './write-target.ts';

/** A new version of a file, complete and durable beside it. */
export interface Staged {
  readonly target: WriteTarget;
  readonly path: string;
  /** What the file held when this was made; null when there was none. */
  readonly before: Buffer | null;
}

/** Makes the new version. Mode, owner, ACL and attributes are those of the old one. */
export async function stageFile(
  target: WriteTarget,
  { before, after }: { readonly before: Buffer | null; readonly after: Buffer },
  ctx: Context,
): Promise<Staged> {
  const { files } = ctx.system;
  const path = await temporaryFor(target.path, ctx);
  try {
    if (target.stat === null) {
      // A project file is committed and shared: its mode is what the user's umask leaves of 0644.
      const mode = kindOfConfig(target.path) === 'project' ? 0o644 : 0o600;
      await files.create(path, after, { mode, sync: true });
    } else {
      await files.createLike(target.path, path);
      await files.fill(path, after, { sync: true });
    }
    return { target, path, before };
  } catch (error) {
    await discard({ path }, ctx);
    throw error;
  }
}

/** Puts the new version in place by one rename; durable when it returns. */
export async function commitFile({ path, target }: Staged, ctx: Context): Promise<void> {
  await ctx.system.files.rename(path, target.path);
  await ctx.system.files.syncFolder(dirname(target.path));
}

/** Takes back what was staged. Does nothing once it is in place. */
export async function discard({ path }: Pick<Staged, 'path'>, ctx: Context): Promise<void> {
  try {
    await ctx.system.files.remove(path);
  } catch {
    // Not there any more, or whatever made the write fail stops this too; the next write clears leftovers away.
  }
}

/**
 * Whether the file is still what the new version was made from. Editors and clients before 2.1.260 ignore the lock.
 * Stat, read, stat: a file exchanged while it was read shows in the second, which comes right before the rename.
 */
export async function isUnchanged({ target, before }: Staged, ctx: Context): Promise<boolean> {
  const { files } = ctx.system;
  if (target.stat === null || before === null) {
    return target.stat === null && before === null && (await statOrNull(target.path, files)) === null;
  }
  if (!(await isSameFile(target.path, target.stat, ctx))) return false;
  try {
    if (!before.equals(await files.read(target.path))) return false;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
  return isSameFile(target.path, target.stat, ctx);
}

const compared = ['inode', 'device', 'size', 'modifiedMs', 'links', 'mode', 'uid', 'gid'] as const;

async function isSameFile(path: string, then: FileStat, ctx: Context): Promise<boolean> {
  const now = await statOrNull(path, ctx.system.files);
  return now !== null && compared.every((key) => now[key] === then[key]);
}
