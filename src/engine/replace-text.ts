import { dirname } from 'node:path';
import type { Code } from '../model/codes.ts';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { exists } from '../state/folder.ts';

/**
 * Writes a text file of the user's repository: temp, fsync, rename, fsync of the folder. A link is followed, so that
 * it stays a link; mode and owner stay. Throws `code` when it cannot.
 */
export async function replaceText(path: string, text: string, code: Code, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  let temporary = '';
  try {
    const real = await realPathOr(path, ctx);
    temporary = `${real}.tmp.${process.pid}`;
    if (await exists(real, ctx)) {
      await files.createLike(real, temporary);
      await files.fill(temporary, text, { sync: true });
    } else {
      await files.create(temporary, text, { mode: 0o644, sync: true });
    }
    await files.rename(temporary, real);
    await files.syncFolder(dirname(real));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    await files.remove(temporary).catch(() => undefined);
    throw new McpformError(code, `"${path}" could not be written (${String(error.code)})`, {
      hint: 'make the file and its folder writable, and run the command again',
      cause: error,
    });
  }
}

async function realPathOr(path: string, ctx: Context): Promise<string> {
  try {
    return await ctx.system.files.realPath(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return path;
    throw error;
  }
}
