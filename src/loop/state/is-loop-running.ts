import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isGone, whereIs } from '../../model/process-owner.ts';
import { filesIn } from '../../state/folder.ts';
import { readLockFile } from '../../state/lock-owner.ts';
import { loopFolder } from './loop-folder.ts';

/** Whether a loop has the one place that there is for these books; null where nobody can tell from here. */
export async function isLoopRunning(books: string, ctx: Pick<Context, 'system'>): Promise<boolean | null> {
  const place = await readLockFile(filesIn(join(loopFolder(books), 'instance')).lock, ctx);
  if (place.kind === 'free') return false;
  if (place.kind === 'unreadable') return null;
  const { processes } = ctx.system;
  const where = await whereIs(place.owner, await processes.identity(), processes.inspect);
  if (where === 'alive') return true;
  return isGone(where) ? false : null;
}
