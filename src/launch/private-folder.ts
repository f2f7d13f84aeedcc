import { dirname } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { whyUnsafeFolder } from '../system/launch/own-file.ts';

/** Makes a folder of ours, 0700, and makes it last. Throws LAUNCH_STORE when others could put things into it. */
export async function makePrivateFolder(folder: string, ctx: Pick<Context, 'system'>): Promise<void> {
  const { files } = ctx.system;
  const made: string[] = [];
  for (let at = folder; !(await isThere(at, ctx)); at = dirname(at)) made.push(at);
  await files.makeFolder(folder, 0o700);
  for (const at of made) await files.syncFolder(dirname(at));
  const because = whyUnsafeFolder(folder);
  if (because === null) return;
  throw new McpformError('LAUNCH_STORE', `"${folder}" ${because}`, {
    hint: 'run `chmod 700` on it if it is yours; what is in it would be started',
  });
}

async function isThere(path: string, ctx: Pick<Context, 'system'>): Promise<boolean> {
  try {
    await ctx.system.files.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
