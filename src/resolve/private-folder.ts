import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';

type Place = Pick<Context, 'system' | 'folders'>;

/** Gives `use` an empty 0700 folder in our cache, and removes it with all that is in it, whatever happens. */
export async function withPrivateFolder<T>(use: (folder: string) => Promise<T>, ctx: Place): Promise<T> {
  const folder = join(ctx.folders.cache, 'resolve', randomBytes(8).toString('hex'));
  await orNotInstalled(`make "${folder}"`, () => ctx.system.files.makeFolder(folder, 0o700));
  try {
    return await use(folder);
  } finally {
    await removeTree(folder, ctx);
  }
}

/** Removes a folder of ours with everything in it. Links are removed, never followed. */
export async function removeTree(folder: string, ctx: Pick<Context, 'system'>): Promise<void> {
  const { files } = ctx.system;
  for (const name of await listOrNone(folder, ctx)) {
    const path = join(folder, name);
    const found = await files.stat(path);
    if (found.kind === 'folder') {
      // Git makes its objects read-only; a folder that may not be written cannot be emptied.
      if ((found.mode & 0o300) !== 0o300) await files.changeMode(path, 0o700);
      await removeTree(path, ctx);
    } else {
      await files.remove(path);
    }
  }
  await files.removeFolder(folder).catch(ignoreMissing);
}

/** Turns a failure of the disk into RESOLVE_INSTALL, which says what could not be done. Everything else passes. */
export async function orNotInstalled<T>(doing: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const isOfDisk = isErrno(
      error,
      'EACCES',
      'EPERM',
      'EROFS',
      'ENOSPC',
      'EDQUOT',
      'ENOTDIR',
      'ENAMETOOLONG',
      'EIO',
      'EMFILE',
    );
    if (!isOfDisk) throw error;
    throw new McpformError('RESOLVE_INSTALL', `cannot ${doing} (${error.code})`, {
      cause: error,
      hint: 'look at disk space and permissions',
    });
  }
}

async function listOrNone(folder: string, ctx: Pick<Context, 'system'>): Promise<readonly string[]> {
  try {
    return await ctx.system.files.list(folder);
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}

function ignoreMissing(error: unknown): void {
  if (!isErrno(error, 'ENOENT')) throw error;
}
