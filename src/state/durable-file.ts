import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';

type Disk = Pick<Context, 'system'>;

/** Replaces a file of ours, 0600, as a whole: after any crash it is the old one or the new one. */
export async function replaceFile(path: string, bytes: string | Uint8Array, ctx: Disk): Promise<void> {
  const temporary = temporaryName(path);
  await ctx.system.files.create(temporary, bytes, { mode: 0o600, sync: true });
  try {
    await ctx.system.files.rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary, ctx).catch(() => undefined);
    throw error;
  }
  await ctx.system.files.syncFolder(dirname(path));
}

/** Creates a file with all its bytes at once; false when the name is taken. Two callers cannot both win. */
export async function claimFile(path: string, bytes: string | Uint8Array, ctx: Disk): Promise<boolean> {
  const temporary = temporaryName(path);
  await ctx.system.files.create(temporary, bytes, { mode: 0o600, sync: true });
  try {
    await linkOrCreate(temporary, path, bytes, ctx);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await removeIfThere(temporary, ctx);
  }
  await ctx.system.files.syncFolder(dirname(path));
  return true;
}

/** Gives a file a second name. File systems without hard links get a copy, made as atomically as they can. */
export async function linkOrCreate(
  from: string,
  to: string,
  bytes: string | Uint8Array,
  ctx: Disk,
): Promise<void> {
  try {
    await ctx.system.files.link(from, to);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    await ctx.system.files.create(to, bytes, { mode: 0o600, sync: true });
  }
}

/** The bytes of a file, or null when there is none. Anything else that goes wrong is STATE_UNREADABLE. */
export async function readIfThere(path: string, ctx: Disk): Promise<Buffer | null> {
  try {
    return await ctx.system.files.read(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw new McpformError('STATE_UNREADABLE', `cannot read "${path}": ${reasonOf(error)}`, {
      cause: error,
      hint: 'it is never taken for missing; repair its permissions or the disk',
    });
  }
}

export async function removeIfThere(path: string, ctx: Disk): Promise<void> {
  try {
    await ctx.system.files.remove(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** Turns a failure of the disk into one that says what could not be done. Everything else passes. */
export async function orUnwritable<T>(doing: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof McpformError || !(error instanceof Error && 'code' in error)) throw error;
    throw new McpformError('STATE_UNWRITABLE', `cannot ${doing}: ${error.message}`, {
      cause: error,
      hint: 'repair the disk or its permissions and run the command again: nothing that was recorded is lost',
    });
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The mark by which `sweepTemporaries` knows what a crash left. */
const suffix = '.tmp';

function temporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}${suffix}`;
}

/** Removes what a crash left half-written in a folder. Only under the lock of that folder. */
export async function sweepTemporaries(folder: string, ctx: Disk): Promise<void> {
  for (const name of await ctx.system.files.list(folder)) {
    if (name.endsWith(suffix)) await removeIfThere(`${folder}/${name}`, ctx);
  }
}
