import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { Place } from '../../model/resource.ts';
import { withConfigLock } from './config-lock.ts';
import { removeLeftovers } from './temporary.ts';
import { findWriteTarget } from './write-target.ts';

/**
 * Clears away what a run that was killed while it wrote may have left beside these files: a half-written version, and
 * the lock, for which the client would otherwise wait ten seconds the next time it writes. Taking the lock is what
 * tells a lock left behind from one in use.
 */
export async function recover(places: readonly Place[], ctx: Context): Promise<void> {
  for (const file of new Set(places.map((place) => place.file))) {
    try {
      const { path } = await findWriteTarget(file, ctx.system.files);
      await withConfigLock(file, () => removeLeftovers(path, ctx), ctx);
    } catch (error) {
      // Somebody is at work there, or the place is gone or closed to us: then there is nothing of ours to clear.
      if (error instanceof McpformError || isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS'))
        continue;
      throw error;
    }
  }
}
