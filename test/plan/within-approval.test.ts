import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { withinApproval } from '../../src/plan/within-approval.ts';
import { applied, declared, entry, placeOf, planOf, there, type World } from './world.ts';

const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { ...node, command: 'python' };

function refusals(approved: World | Plan, now: World | Plan): readonly string[] {
  const planned = (it: World | Plan): Plan => ('planId' in it ? it : planOf(it));
  return withinApproval(planned(approved), planned(now)).map(({ message }) => message);
}

/** A plan of one step with nothing in it but its action. */
function only(action: Step['action']): Plan {
  const made = planOf({ desired: [declared('a')] });
  return { ...made, steps: made.steps.map((step) => ({ ...step, action, paths: [] })) };
}

const nothing: Plan = { ...planOf({}), steps: [] };

describe('the order of actions', () => {
  const actions: readonly Step['action'][] = [
    'record',
    'update',
    'replace',
    'adopt',
    'create',
    'forget',
    'delete',
    'move',
    'conflict',
  ];
  /** Rows: approved. Columns, as above: what may be done under it. */
  const table: Readonly<Record<Step['action'], string>> = {
    record: 'x........',
    update: 'xx.......',
    replace: 'xxxxx....',
    adopt: '...x.....',
    create: '...xx....',
    forget: '.....x...',
    delete: '.....xx..',
    move: '.......x.',
    conflict: '........x',
  };

  it.each(actions)('permits under %s only what is less', (approved) => {
    const row = actions.map((now) => (refusals(only(approved), only(now)).length === 0 ? 'x' : '.')).join('');
    expect(row).toBe(table[approved]);
  });

  it('always permits to do nothing', () => {
    for (const approved of actions) expect(refusals(only(approved), nothing)).toEqual([]);
  });

  it('permits nothing but nothing where nothing was approved', () => {
    for (const now of actions) expect(refusals(nothing, only(now))).toHaveLength(1);
  });
});

describe('what moved since the approval', () => {
  const approved: World = { desired: [declared('a', python)], entries: applied('a'), observed: [there('a')] };

  it('may be less', () => {
    const more: World = { ...approved, desired: [declared('a', { ...python, args: ['x'] })] };
    const less: World = { ...more, observed: [there('a', { ...node, args: ['x'] })] };
    expect(refusals(more, less)).toEqual([]);
  });

  const refused: readonly [string, World, string][] = [
    [
      'another value',
      { ...approved, desired: [declared('a', { ...python, command: 'ruby' })] },
      'claude-code/user/a: /command would become something else than was approved',
    ],
    [
      'another value that is there',
      { ...approved, observed: [there('a', { ...node, command: 'perl' })] },
      'claude-code/user/a: /command is no longer what it was when the plan was approved',
    ],
    [
      'another path',
      { ...approved, desired: [declared('a', { ...python, env: { X: '1' } })] },
      'claude-code/user/a: /env/X is not in the approved plan',
    ],
    [
      'another address',
      { ...approved, desired: [declared('a', python), declared('b')] },
      'claude-code/user/b: create is not in the approved plan',
    ],
    [
      'a conflict',
      { ...approved, denied: { a: { code: 'POLICY_DENIED', severity: 'error', message: 'no' } } },
      'claude-code/user/a: update was approved, but it is in conflict now',
    ],
    [
      'a secret',
      {
        ...approved,
        desired: [
          declared('a', python, {
            secrets: [{ locator: 'env:X', pointer: '/env/X', via: 'reference' as const }],
          }),
        ],
      },
      'claude-code/user/a: it would receive env:X at /env/X',
    ],
    [
      'another place',
      {
        ...approved,
        desired: [declared('a', python, { place: { ...placeOf('claude-code/user/a'), file: '/b' } })],
      },
      'claude-code/user/a: it is in another place than was approved',
    ],
  ];

  it.each(refused)('is named: %s', (_name, now, message) => {
    expect(refusals(approved, now)).toEqual([message]);
  });

  it('is named for a value that may not be shown', () => {
    const world = (args: string): World => ({
      desired: [declared('a', { ...node, args: ['new'] })],
      entries: applied('a'),
      observed: [there('a', { ...node, args: [args] })],
    });
    expect(refusals(world('x'), world('x'))).toEqual([]);
    expect(refusals(world('x'), world('y'))).toEqual([
      'claude-code/user/a: /args is no longer what it was when the plan was approved',
    ]);
  });

  it('is named for what would be destroyed', () => {
    const world = (note: string): World => {
      const whole = { ...node, note };
      return { entries: [entry(declared('a'), {}, whole)], observed: [there('a', whole, ['/note'])] };
    };
    expect(refusals(world('x'), world('y'))).toEqual([
      'claude-code/user/a: what would be destroyed is not what was approved',
    ]);
  });

  it('is named for a secret that would be new again', () => {
    const secrets = [{ locator: 'env:X', pointer: '/env/X', via: 'reference' as const }];
    const world = (launchDigest: string): World => ({
      desired: [declared('a', python, { secrets, launchDigest })],
      entries: [entry(declared('a', node, { secrets, launchDigest: '1' }))],
      observed: [there('a')],
    });
    expect(refusals(world('2'), world('1'))).toEqual([]);
    expect(refusals(world('1'), world('2'))).toEqual([
      'claude-code/user/a: it would receive env:X at /env/X',
    ]);
  });

  it.each(['stack', 'mode', 'lineage', 'machine'] as const)('binds the %s', (field) => {
    const plan = planOf(approved);
    const [finding] = withinApproval(plan, { ...plan, [field]: 'other' } as Plan);
    expect(finding).toMatchObject({ code: 'PLAN_STALE', message: expect.stringContaining('"other"') });
  });

  it('binds the serial: one approval, one apply', () => {
    const plan = planOf(approved);
    expect(refusals(plan, { ...plan, serial: plan.serial + 1 })).toEqual([
      'something was applied since the plan was made: "7" was approved, it is "8" now',
    ]);
  });
});
