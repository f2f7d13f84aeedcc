import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { EMPTY_LOCK, type Lock } from '../model/lock.ts';
import type { Generation } from '../state/generations.ts';
import { atPlaceOf } from './at-place-of.ts';
import type { Declared } from './declare.ts';

/** What a generation asked for, to be planned towards from where the manifest is now. */
export async function declareGeneration(
  generation: Generation,
  now: Declared,
  ctx: Context,
): Promise<Declared> {
  // Who owns what is a fact of now; what was pinned is a fact of then.
  const lock = { ...(await lockOf(generation)), ownership: now.lock.ownership };
  const { expandManifest } = await import('./expand-texts.ts');
  const manifest = atPlaceOf(now.manifest, generation.manifest);
  const past = await expandManifest({ manifest, lock, findings: [] }, now.loaded, ctx);
  return { ...past, loaded: now.loaded, books: now.books, writtenLock: now.lock };
}

async function lockOf(generation: Generation): Promise<Lock> {
  if (generation.lock === null) return EMPTY_LOCK;
  const { parseLock } = await import('../lock/parse-lock.ts');
  const { lock, findings } = parseLock(Buffer.from(generation.lock), `generation ${generation.number}`);
  if (lock !== null) return lock;
  throw new McpformError('LOCK_INVALID', `the lock of generation ${generation.number} is not valid`, {
    findings,
  });
}
