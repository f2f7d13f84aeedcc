import type { Context } from '../model/context.ts';
import type { Lock } from '../model/lock.ts';
import { expand } from './expand.ts';
import type { Expansion } from './expansion.ts';
import { type Loaded, type LoadRequest, load } from './load.ts';
import { locateBooks } from './locate-books.ts';

/** What should exist, and where its books are. */
export interface Declared extends Expansion {
  readonly loaded: Loaded;
  /** The lock as its file has it: after a rollback another than the one that holds. */
  readonly writtenLock: Lock;
  /** The state folder. */
  readonly books: string;
}

/** Load and expand. Throws when manifest, lock or graph have errors. */
export async function declare(request: LoadRequest, ctx: Context): Promise<Declared> {
  const loaded = await load(request, ctx);
  const expansion = await expand(loaded, ctx);
  return {
    ...expansion,
    loaded,
    writtenLock: expansion.lock,
    books: await locateBooks(expansion.manifest, loaded.source, ctx),
  };
}
