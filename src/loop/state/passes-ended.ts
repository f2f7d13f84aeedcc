import type { Context } from '../../model/context.ts';
import { filesIn } from '../../state/folder.ts';
import { isGone, readLockFile } from '../../state/lock-owner.ts';

const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/**
 * Waits until no pass is under way that began before: whoever suspends something and then changes it is not to meet one.
 * False when one lasts longer than half a minute.
 */
export async function passesEnded(books: string, ctx: Pick<Context, 'system' | 'signal'>): Promise<boolean> {
  const { clock, processes } = ctx.system;
  const me = await processes.identity();
  const endMs = clock.monotonic() + PATIENCE_MS;
  let first: string | null = null;
  for (;;) {
    const lock = await readLockFile(filesIn(books).lock, ctx);
    if (lock.kind !== 'held' || lock.owner.command !== 'reconcile') return true;
    // The next one knows.
    if (first !== null && first !== lock.owner.nonce) return true;
    if (await isGone(lock.owner, me, ctx)) return true;
    if (clock.monotonic() >= endMs) return false;
    first = lock.owner.nonce;
    await clock.sleep(LOOK_MS, ctx.signal);
  }
}
