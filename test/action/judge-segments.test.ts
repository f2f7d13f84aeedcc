import { describe, expect, it } from 'vitest';
import { type Judges, judgeSegments } from '../../src/action/gate/judge-segments.ts';
import { segmentsOf } from '../../src/action/gate/segments.ts';
import type { Plan } from '../../src/model/plan.ts';
import { declared, entry, planOf, there } from '../plan/world.ts';

/** What a commit declares: the argument of each server; null where nobody can plan it. */
type State = Readonly<Record<string, string>> | null;

const resources = (state: State) =>
  Object.entries(state ?? {}).map(([name, word]) => declared(name, { command: 'node', args: [word] }));

/** As `plan --from … --to …` answers, for what of it is judged. */
function between(was: State, is: State): Plan | null {
  if (is === null) return null;
  const before = resources(was);
  const plan = planOf({
    desired: resources(is),
    entries: before.map((each) => entry(each)),
    observed: before.map(({ desired, attributes }) => there(desired.address, attributes)),
  });
  const message = 'nobody knows';
  const unread = { code: 'PLAN_BASE_UNREADABLE', severity: 'warning', message } as const;
  return was === null ? { ...plan, findings: [...plan.findings, unread] } : plan;
}

interface Step {
  readonly is: State;
  readonly pull?: number;
}

/** Each pull request changed from its first state to its second, and `bea` approved that. */
type Pulls = Readonly<Record<number, readonly [State, State]>>;

/** What is objected to, of a branch that stood at `from`, and then at these. */
async function objected(from: State, steps: readonly Step[], pulls: Pulls = {}): Promise<readonly string[]> {
  const states = [from, ...steps.map(({ is }) => is)];
  const segments = segmentsOf(
    '0',
    steps.map(({ pull }, index) => ({
      commit: String(index + 1),
      pulls: pull === undefined ? [] : [pull],
    })),
  );
  const error = { code: 'MANIFEST_UNKNOWN_KEY', message: 'unknown key "comand"', findings: [] };
  const judges: Judges = {
    plan: async (ends) => {
      const plan = between(states[Number(ends.from)] ?? null, states[Number(ends.to)] ?? null);
      return plan === null ? { plan, error } : { plan, error: null };
    },
    said: async (numbers) => {
      const plans = numbers.map((number) => pulls[number]).map((ends) => ends && between(...ends));
      const approvals = plans.flatMap((plan) => (plan ? [{ by: 'bea', plan }] : []));
      return { approvals, uncounted: [] };
    },
    needed: 1,
  };
  const findings = await judgeSegments(segments, judges);
  return findings.map(({ address, message }) => address?.split('/').at(-1) ?? message);
}

const a = { notes: '1' };
const search = { ...a, search: '1' };
const evil = { ...a, evil: '1' };
const joined = expect.stringMatching(/^everything from 0 to \d was judged as one change, .*"comand"$/);

describe('what came to a branch', () => {
  it('may pass when each part of it was approved', async () => {
    const pulls = { 1: [a, search], 2: [search, { ...search, more: '1' }] } as const;
    expect(
      await objected(
        a,
        [
          { is: search, pull: 1 },
          { is: { ...search, more: '1' }, pull: 2 },
        ],
        pulls,
      ),
    ).toEqual([]);
    expect(await objected(a, [{ is: evil }, { is: { ...evil, search: '1' }, pull: 1 }], pulls)).toEqual([
      'evil',
    ]);
  });

  it('needs nobody for what was set back', async () => {
    expect(await objected(a, [{ is: evil }, { is: a }])).toEqual([]);
    expect(await objected(a, [{ is: null }, { is: null }, { is: a }])).toEqual([]);
    expect(
      await objected(a, [{ is: null }, { is: evil }, { is: a }, { is: search, pull: 1 }], { 1: [a, search] }),
    ).toEqual([]);
    expect(await objected(a, [{ is: {} }, { is: a }])).toEqual([]);
  });

  it('is not set back by what leaves some of it', async () => {
    expect(await objected(a, [{ is: { ...evil, other: '1' } }, { is: evil }])).toEqual([
      'evil',
      'other',
      'other',
    ]);
    expect(await objected(a, [{ is: null }, { is: { notes: '2' } }])).toEqual(['notes', joined]);
  });

  it('may pass through a merge that nobody can plan to what was approved', async () => {
    const steps = [{ is: null, pull: 1 }, { is: search }];
    expect(await objected(a, steps, { 1: [a, search] })).toEqual([]);
    // Less than that, too.
    expect(await objected(a, [{ is: null, pull: 1 }, { is: a }], { 1: [a, search] })).toEqual([]);
  });
});

describe('a commit that nobody can plan', () => {
  const mended = { ...search, evil: '1' };

  it.each<[string, readonly Step[], Pulls]>([
    ['was pushed', [{ is: null }, { is: mended }], {}],
    ['was merged', [{ is: null, pull: 1 }, { is: mended }], { 1: [a, search] }],
    [
      'was merged, and mended by another',
      [
        { is: null, pull: 1 },
        { is: mended, pull: 2 },
      ],
      { 1: [a, search], 2: [a, a] },
    ],
    ['is followed by another', [{ is: null }, { is: null, pull: 1 }, { is: mended }], { 1: [a, search] }],
  ])('brings nothing that no plan showed, when it %s', async (_, steps, pulls) => {
    expect(await objected(a, steps, pulls)).toEqual(
      steps.some(({ pull }) => pull === 1) ? ['evil', joined] : ['evil', 'search', joined],
    );
  });

  it('brings nothing that a newer pull request took back', async () => {
    const [one, two] = [{ notes: '1' }, { notes: '2' }];
    const pulls = { 1: [one, two], 2: [two, one] } as const;
    const steps = [
      { is: null, pull: 1 },
      { is: null, pull: 2 },
    ];
    expect(await objected(one, [...steps, { is: one }], pulls)).toEqual([]);
    expect(await objected(one, [...steps, { is: two }], pulls)).toEqual(['notes', joined]);
  });

  it('hides nothing that it takes away', async () => {
    expect(await objected(search, [{ is: null }, { is: a }])).toEqual(['search', joined]);
  });

  it('is nothing to begin with, whatever follows', async () => {
    for (const is of [evil, {}]) {
      await expect(objected(null, [{ is, pull: 1 }], { 1: [null, is] })).rejects.toMatchObject({
        code: 'ACTION_HISTORY',
        hint: expect.stringContaining('`from`'),
      });
    }
  });

  it('is nothing to end with', async () => {
    await expect(objected(a, [{ is: null }])).rejects.toThrow('unknown key "comand"');
  });
});
