import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeLocks } from '../../src/lock/merge-locks.ts';
import { EMPTY_LOCK, type Lock } from '../../src/model/lock.ts';
import { apply, editsOf } from './edits.ts';
import { lock as anyLock, imagePin, lockOf, npmPin, sha256 } from './locks.ts';

const [one, two, three] = [imagePin('x:1', 1), imagePin('x:2', 2), imagePin('x:3', 3)];
const owned = (seed: number) => ({ digest: sha256(seed), adopted: false });

/** What becomes of server `s`: `-` is no pin, a number is a pin. */
const merged = (base: string | null, ours: string, theirs: string): string => {
  const pins: Record<string, Lock> = {
    '-': lockOf({}),
    '1': lockOf({ s: one }),
    '2': lockOf({ s: two }),
    '3': lockOf({ s: three }),
  };
  const of = (name: string) => pins[name] as Lock;
  const { lock, conflicts } = mergeLocks(base === null ? null : of(base), of(ours), of(theirs));
  if (conflicts.length > 0) {
    expect(conflicts).toEqual([{ section: 'servers', name: 's' }]);
    expect(lock.servers).toEqual({});
    return 'conflict';
  }
  return Object.keys(pins).find((name) => JSON.stringify(of(name)) === JSON.stringify(lock)) ?? '?';
};

describe('mergeLocks', () => {
  it.each([
    ['1', '1', '1', '1'],
    ['1', '2', '1', '2'],
    ['1', '1', '2', '2'],
    ['1', '2', '2', '2'],
    ['1', '2', '3', 'conflict'],
    ['1', '-', '1', '-'],
    ['1', '1', '-', '-'],
    ['1', '-', '-', '-'],
    ['1', '-', '2', 'conflict'],
    ['1', '2', '-', 'conflict'],
    ['-', '1', '-', '1'],
    ['-', '-', '1', '1'],
    ['-', '1', '1', '1'],
    ['-', '1', '2', 'conflict'],
  ])('from %s with %s and %s makes %s of one server', (base, ours, theirs, result) => {
    expect(merged(base, ours, theirs)).toBe(result);
  });

  it.each([
    ['1', '1', '1'],
    ['1', '-', '1'],
    ['-', '1', '1'],
    ['1', '2', 'conflict'],
  ])('without a base makes of %s and %s: %s', (ours, theirs, result) => {
    expect(merged(null, ours, theirs)).toBe(result);
  });

  it('looks at each server, address and member of a newer section by itself', () => {
    const base = lockOf(
      { a: one, b: one },
      { ownership: { x: owned(1) }, unknown: { s: { a: 1, b: 1 }, t: 1 } },
    );
    const ours = lockOf(
      { a: two, b: one },
      { ownership: { x: owned(1), y: owned(2) }, unknown: { s: { a: 2, b: 1, c: 1 }, t: 1 } },
    );
    const theirs = lockOf({ a: one, b: two, c: one }, { ownership: {}, unknown: { s: { a: 1 }, t: 1 } });
    expect(mergeLocks(base, ours, theirs)).toEqual({
      lock: lockOf(
        { a: two, b: two, c: one },
        { ownership: { y: owned(2) }, unknown: { s: { a: 2, c: 1 }, t: 1 } },
      ),
      conflicts: [],
    });
  });

  it('names everything that both changed in different ways, and merges the rest', () => {
    const base = lockOf({ a: one }, { ownership: { x: owned(1) }, unknown: { s: { a: 1 }, t: 1 } });
    const ours = lockOf({ a: two, o: one }, { ownership: { x: owned(2) }, unknown: { s: { a: 2 }, t: 2 } });
    const theirs = lockOf(
      { a: three, p: one },
      { ownership: { x: owned(3) }, unknown: { s: { a: 3 }, t: 3 } },
    );
    expect(mergeLocks(base, ours, theirs)).toEqual({
      lock: lockOf({ o: one, p: one }, { unknown: { s: {} } }),
      conflicts: [
        { section: 'ownership', name: 'x' },
        { section: 's', name: 'a' },
        { section: 'servers', name: 'a' },
        { section: 't', name: null },
      ],
    });
  });

  it('takes an own property for a server, and nothing else', () => {
    const theirs = lockOf({ a: npmPin('a', '1.0.0') });
    expect(mergeLocks(EMPTY_LOCK, EMPTY_LOCK, theirs).lock).toEqual(theirs);
    expect(mergeLocks(null, EMPTY_LOCK, theirs).lock).toEqual(theirs);
  });

  it('gives the same whichever side is ours, and makes of changes to different entries what both together make', () => {
    const world = anyLock.chain((base) =>
      editsOf(base).chain((edits) =>
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }).map((sides) => ({
          base,
          edits,
          ours: apply(
            base,
            edits.filter((_, index) => sides[index]),
          ),
          theirs: apply(
            base,
            edits.filter((_, index) => !sides[index]),
          ),
        })),
      ),
    );
    fc.assert(
      fc.property(world, ({ base, edits, ours, theirs }) => {
        const merge = mergeLocks(base, ours, theirs);
        expect(merge).toEqual({ lock: apply(base, edits), conflicts: [] });
        expect(mergeLocks(base, theirs, ours)).toEqual(merge);
      }),
    );
  });
});
