import { parseLock } from '../../lock/parse-lock.ts';
import { printLock } from '../../lock/print-lock.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EMPTY_LOCK, type Lock, type OfferPin } from '../../model/lock.ts';
import { exists } from '../../state/folder.ts';
import { readInput } from '../read-input.ts';
import { replaceText } from '../replace-text.ts';
import type { Asked } from './ask-offers.ts';

/**
 * Writes what servers told into the lock, and takes out those that `isKnown` no longer knows. The lock is read again
 * for it: servers take their time, and an apply may have written meanwhile. Returns whether anything changed.
 */
export async function recordOffers(
  path: string,
  asked: ReadonlyMap<string, Asked>,
  isKnown: (server: string) => boolean,
  ctx: Context,
): Promise<boolean> {
  const lock = await readLock(path, ctx);
  const told = [...asked].flatMap(([server, said]): [string, OfferPin][] =>
    said.kind === 'told' ? [[server, said.offer]] : [],
  );
  const kept = Object.entries(lock.offers).filter(([server]) => isKnown(server));
  const offers = Object.fromEntries([...kept, ...told]);
  const [before, after] = [printLock(lock), printLock({ ...lock, offers })];
  if (before === after) return false;
  await replaceText(path, after, 'LOCK_UNWRITABLE', ctx);
  return true;
}

async function readLock(path: string, ctx: Context): Promise<Lock> {
  if (!(await exists(path, ctx))) return EMPTY_LOCK;
  const { lock, findings } = parseLock(await readInput(path, 'LOCK_UNREADABLE', ctx.system.files), path);
  if (lock !== null) return lock;
  throw new McpformError('LOCK_INVALID', 'the lock was changed meanwhile, and cannot be read', { findings });
}
