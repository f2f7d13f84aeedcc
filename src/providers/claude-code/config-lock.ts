import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { takeLock } from './client.ts';
import { kindOfConfig } from './write-target.ts';

/** The client takes a lock for left behind after ten seconds; we never come near that. */
const MAX_HELD_MS = 5_000;

/**
 * Runs with the lock of a file: for the user's config the one that the client takes. No client locks a project's
 * file, so there it is one of our own, kept out of the repository. `isGood` says whether it can still be relied on.
 */
export async function withConfigLock<T>(
  file: string,
  run: (isGood: () => boolean) => Promise<T>,
  ctx: Context,
): Promise<T> {
  const { clock } = ctx.system;
  const held = await takeLock({ file, path: await lockPath(file, ctx) }, ctx);
  const sinceMs = clock.monotonic();
  const isInTime = (): boolean => clock.monotonic() - sinceMs < MAX_HELD_MS;
  try {
    return await run(() => !held.isCompromised() && isInTime());
  } finally {
    // After a pause of the whole process, the lock's own check must run before we may know whose it is.
    if (!isInTime()) await clock.sleep(1_000);
    await held.release();
  }
}

async function lockPath(file: string, ctx: Context): Promise<string> {
  if (kindOfConfig(file) === 'user') return `${file}.lock`;
  const folder = join(ctx.folders.state, 'claude-code.locks');
  await ctx.system.files.makeFolder(folder, 0o700);
  return join(folder, `${createHash('sha256').update(file).digest('hex').slice(0, 32)}.lock`);
}
