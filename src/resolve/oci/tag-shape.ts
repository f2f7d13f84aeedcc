/** A tag that counts: `v1.2.3-alpine` is `v`, [1, 2, 3], `-alpine`. */
interface TagShape {
  readonly prefix: string;
  readonly numbers: readonly number[];
  readonly suffix: string;
}

/** Digits up to here are exact as numbers, and dates (`20260102`) are shorter. */
const SHAPE = /^([A-Za-z_.-]*)(\d{1,15}(?:\.\d{1,15}){0,3})([-_+][A-Za-z0-9._+-]*)?$/;

/**
 * Tags that are versions after this one, of the same shape, newest first: the same prefix, suffix and number of
 * parts. `1.1.2` is followed by `1.2.0`, not by `1.2.0-alpine` (another image), `1.3` (which moves) or `2.0.0-rc.1`.
 * Empty when the tag is no version.
 */
export function newerTags(tag: string, tags: readonly string[]): readonly string[] {
  const shape = shapeOf(tag);
  if (shape === null) return [];
  return tags
    .flatMap((each) => {
      const other = shapeOf(each);
      return other !== null && isSameShape(shape, other) ? [{ tag: each, numbers: other.numbers }] : [];
    })
    .filter(({ numbers }) => compare(numbers, shape.numbers) > 0)
    .sort((a, b) => compare(b.numbers, a.numbers))
    .map((each) => each.tag);
}

function shapeOf(tag: string): TagShape | null {
  const [, prefix, numbers, suffix = ''] = SHAPE.exec(tag) ?? [];
  if (prefix === undefined || numbers === undefined) return null;
  return { prefix, numbers: numbers.split('.').map(Number), suffix };
}

function isSameShape(a: TagShape, b: TagShape): boolean {
  return a.prefix === b.prefix && a.suffix === b.suffix && a.numbers.length === b.numbers.length;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
