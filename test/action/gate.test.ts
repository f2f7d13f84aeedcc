import { describe, expect, it } from 'vitest';
import { withinApprovals } from '../../src/action/gate/approvals.ts';
import { reviewersOf } from '../../src/action/gate/reviewers.ts';
import { segmentsOf } from '../../src/action/gate/segments.ts';
import type { Review } from '../../src/action/github/github.ts';
import { declared, planOf } from '../plan/world.ts';

const review = (state: string, more: Partial<Review> = {}): Review => ({
  author: 'bea',
  authorAssociation: 'MEMBER',
  commit: 'c1',
  submittedAt: '2026-01-01T00:00:00Z',
  state,
  ...more,
});

describe('who approves a pull request', () => {
  it.each([
    ['an approval', [review('APPROVED')], [{ by: 'bea', commit: 'c1' }]],
    [
      'a comment afterwards',
      [review('APPROVED'), review('COMMENTED', { commit: 'c2' })],
      [{ by: 'bea', commit: 'c1' }],
    ],
    ['a change asked for afterwards', [review('APPROVED'), review('CHANGES_REQUESTED')], []],
    ['one that was dismissed', [review('APPROVED'), review('DISMISSED')], []],
    [
      'one of another head',
      [review('APPROVED'), review('APPROVED', { commit: 'c2' })],
      [{ by: 'bea', commit: 'c2' }],
    ],
    ['its own author', [review('APPROVED', { author: 'ann' })], []],
    ['somebody who may not write', [review('APPROVED', { authorAssociation: 'CONTRIBUTOR' })], []],
    ['an account that is gone', [review('APPROVED', { author: null })], []],
    ['a head that is gone', [review('APPROVED', { commit: null })], []],
    ['nobody', [], []],
  ])('is told by %s', (_, reviews, reviewers) => {
    expect(reviewersOf(reviews, 'ann')).toEqual(reviewers);
  });
});

describe('a change that came to a branch', () => {
  const one = planOf({ desired: [declared('a')] });
  const two = planOf({ desired: [declared('a'), declared('b')] });
  const objections = (now: typeof one, approvals: readonly (readonly [string, typeof one])[], needed = 1) =>
    withinApprovals(now, { approvals: approvals.map(([by, plan]) => ({ by, plan })), needed }).map(
      ({ code, address }) => [code, address],
    );

  it('is approved by whoever approved it, or more', () => {
    expect(objections(one, [['bea', one]])).toEqual([]);
    expect(objections(one, [['bea', two]])).toEqual([]);
    expect(objections({ ...one, steps: [] }, [])).toEqual([]);
  });

  it('is not approved by whoever approved less', () => {
    const [, extra] = two.steps;
    expect(objections(two, [['bea', one]])).toEqual([['PLAN_EXCEEDS_APPROVAL', extra?.address]]);
    expect(objections(one, [])).toEqual([['ACTION_APPROVAL_MISSING', one.steps[0]?.address]]);
  });

  it('needs as many people as were asked for, and counts each once', () => {
    expect(objections(one, [['bea', one]], 2)).toHaveLength(1);
    expect(
      objections(
        one,
        [
          ['bea', one],
          ['bea', one],
        ],
        2,
      ),
    ).toHaveLength(1);
    expect(
      objections(
        one,
        [
          ['bea', one],
          ['cem', two],
        ],
        2,
      ),
    ).toEqual([]);
  });

  it('is not approved by an approval of another stack', () => {
    expect(objections(one, [['bea', { ...one, stack: 'other' }]])).toHaveLength(1);
  });
});

describe('the way of a branch', () => {
  it('is parted by pull requests', () => {
    const steps = [
      { commit: 'b', pulls: [1] },
      { commit: 'c', pulls: [1] },
      { commit: 'd', pulls: [] },
      { commit: 'e', pulls: [] },
      { commit: 'f', pulls: [2] },
    ];
    expect(segmentsOf('a', steps)).toEqual([
      { from: 'a', to: 'c', pulls: [1] },
      { from: 'c', to: 'd', pulls: [] },
      { from: 'd', to: 'e', pulls: [] },
      { from: 'e', to: 'f', pulls: [2] },
    ]);
    expect(segmentsOf('a', [])).toEqual([]);
  });
});
