import type { Context } from '../model/context.ts';
import { readSiblingBooks } from './sibling-books.ts';

/** Which stack of this user owns what, by `place.key`, but for the books in `own`. */
export async function placesOfOtherStacks(
  own: string | null,
  ctx: Context,
): Promise<ReadonlyMap<string, string>> {
  const siblings = await readSiblingBooks(own, ctx);
  return new Map(
    siblings.flatMap(({ stack, entries }) =>
      Object.values(entries).map(({ place }) => [place.key, stack] as const),
    ),
  );
}
