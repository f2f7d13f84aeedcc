import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';

/** A file of our cache; null when it is missing or cannot be read: then what it would say is found out anew. */
export async function readCached(path: string, ctx: Context): Promise<string | null> {
  return orNull(async () => (await ctx.system.files.read(path)).toString('utf8'));
}

/** Replaces a file of our cache as a whole, if that can be done at all. */
export async function writeCached(path: string, text: string, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await orNull(async () => {
    await files.makeFolder(dirname(path), 0o700);
    await files.create(temporary, text, { mode: 0o600, sync: false });
    await files.rename(temporary, path);
  });
}

/** What the disk refuses is no failure of a cache. */
export async function orNull<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof McpformError || !(error instanceof Error && 'code' in error)) throw error;
    return null;
  }
}
