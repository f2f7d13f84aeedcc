import type { Context } from '../../model/context.ts';
import { expand } from '../expand.ts';
import type { Expansion } from '../expansion.ts';
import { type Loaded, type LoadRequest, load } from '../load.ts';
import { mergeConflicted } from './merge-conflicted.ts';

/** What the texts say, for a command that is about the lock alone and needs no books. */
export interface Texts extends Expansion {
  readonly loaded: Loaded;
  /** Whether the lock was an unfinished merge of Git's, which is solved in what is here. */
  readonly isMerged: boolean;
}

/** As `declare`, but a lock with the markers of a Git merge is merged by what it means, where nothing contradicts. */
export async function declareForLock(request: LoadRequest, ctx: Context): Promise<Texts> {
  const found = await load(request, ctx);
  const merged = found.lockBytes === null ? null : await mergeConflicted(found.lockBytes, found.lockPath);
  const loaded = merged === null ? found : { ...found, lockBytes: merged };
  return { ...(await expand(loaded, ctx)), loaded, isMerged: merged !== null };
}
