import type { Context } from '../model/context.ts';
import { readSiblingBooks } from './sibling-books.ts';

export interface OtherStack {
  readonly stack: string;
  /** Where it was first applied from. */
  readonly root: string;
  /** Its state folder. */
  readonly books: string;
}

/** Which stack of this user owns what, by `place.key`, but for the books in `own`. */
export async function placesOfOtherStacks(
  own: string | null,
  ctx: Context,
): Promise<ReadonlyMap<string, OtherStack>> {
  const siblings = await readSiblingBooks(own, ctx);
  return new Map(
    siblings.flatMap(({ books, inventory: { stack, source, entries } }) =>
      Object.values(entries).map(({ place }) => [place.key, { stack, root: source.root, books }] as const),
    ),
  );
}
