import type { Context } from '../model/context.ts';
import { expand } from './expand.ts';
import type { Expansion } from './expansion.ts';
import { type Loaded, type LoadRequest, load } from './load.ts';
import { locateBooks } from './locate-books.ts';

/** What should exist, and where its books are. */
export interface Declared extends Expansion {
  readonly loaded: Loaded;
  /** The state folder. */
  readonly books: string;
}

/** Load and expand. Throws when manifest, lock or graph have errors. */
export async function declare(request: LoadRequest, ctx: Context): Promise<Declared> {
  const loaded = await load(request, ctx);
  const expansion = await expand(loaded, ctx);
  return { ...expansion, loaded, books: await locateBooks(expansion.manifest, loaded.source, ctx) };
}
