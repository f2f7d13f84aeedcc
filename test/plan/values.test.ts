import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { digestWhole } from '../../src/model/leaves.ts';
import { plan } from '../../src/plan/plan.ts';
import { planIdOf } from '../../src/plan/plan-id.ts';
import {
  applied,
  declared,
  digest,
  entry,
  finding,
  inputOf,
  placeOf,
  planOf,
  there,
  type World,
} from './world.ts';

const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { ...node, command: 'python' };
const token = (name: string): JsonObject => ({ ...node, env: { TOKEN: `\${${name}}` } });
const uses = (name: string): Parameters<typeof declared>[2] => ({
  secrets: [{ name: 'token', locator: `env:${name}`, pointer: '/env/TOKEN', via: 'reference' }],
});

describe('observed values where people paste keys', () => {
  const canary = 'ghp_canary0123456789';
  const pasted: JsonObject = {
    type: 'http',
    url: `https://x.test/${canary}`,
    headers: { Authorization: canary },
    args: [canary],
    env: { TOKEN: canary },
    command: 'python',
  };
  const wanted: JsonObject = {
    type: 'http',
    url: 'https://x.test/',
    headers: { Authorization: '${T}' },
    args: ['a'],
    env: { TOKEN: '${T}' },
    command: 'node',
  };

  const worlds: readonly [string, World][] = [
    [
      'drifted',
      {
        desired: [declared('a', wanted)],
        entries: [entry(declared('a', wanted))],
        observed: [there('a', pasted)],
      },
    ],
    ['in conflict', { desired: [declared('a', wanted)], observed: [there('a', pasted)] }],
    [
      'taken over',
      { desired: [declared('a', wanted, { lifecycle: { adopt: true } })], observed: [there('a', pasted)] },
    ],
    ['modified', { entries: [entry(declared('a', wanted))], observed: [there('a', pasted)] }],
    [
      'removed',
      {
        desired: [declared('a', { command: 'node' })],
        entries: [entry(declared('a', pasted))],
        observed: [there('a', pasted)],
      },
    ],
    ['deleted', { entries: [entry(declared('a', pasted))], observed: [there('a', pasted)] }],
    [
      'moved',
      {
        desired: [declared('b', wanted)],
        entries: [entry(declared('a', wanted))],
        observed: [there('a', pasted)],
        moved: [['a', 'b']],
      },
    ],
  ];

  it.each(worlds)('are never in a plan: %s', (_name, world) => {
    expect(JSON.stringify(planOf(world))).not.toContain('canary');
  });

  it('are there as a keyed digest, which tells whether they moved again', () => {
    const hiddenToken = (value: JsonObject): unknown => {
      const [step] = planOf({ desired: [declared('a', wanted)], observed: [there('a', value)] }).steps;
      return step?.paths.find(({ pointer }) => pointer === '/env/TOKEN')?.before;
    };
    expect(hiddenToken(pasted)).toEqual({ hidden: true, digest: expect.any(String) });
    expect(hiddenToken({ ...pasted, env: { TOKEN: 'other' } })).not.toEqual(hiddenToken(pasted));
  });

  it('elsewhere are shown', () => {
    const [step] = planOf({ desired: [declared('a', wanted)], observed: [there('a', pasted)] }).steps;
    expect(step?.paths).toContainEqual({
      pointer: '/command',
      before: { value: 'python' },
      after: { value: 'node' },
      cause: 'both',
    });
  });
});

describe('secrets', () => {
  const secretsOf = (world: World): unknown => planOf(world).steps.map(({ secrets }) => secrets);

  it('are new for something that is created', () => {
    expect(secretsOf({ desired: [declared('a', token('T'), uses('T'))] })).toEqual([
      [{ name: 'token', locator: 'env:T', pointer: '/env/TOKEN', via: 'reference' as const, isNew: true }],
    ]);
  });

  it('are not new where they were received before', () => {
    const world = {
      desired: [declared('a', { ...token('T'), command: 'python' }, uses('T'))],
      entries: [entry(declared('a', token('T'), uses('T')))],
      observed: [there('a', token('T'))],
    };
    expect(secretsOf(world)).toMatchObject([[{ isNew: false }]]);
  });

  it('are new where something else would receive them', () => {
    const world = {
      desired: [
        declared('a', { ...token('T'), command: 'python' }, { ...uses('T'), launchDigest: 'launch 2' }),
      ],
      entries: [entry(declared('a', token('T'), uses('T')))],
      observed: [there('a', token('T'))],
    };
    expect(secretsOf(world)).toMatchObject([[{ isNew: true }]]);
  });

  it('are the cause where another one is named', () => {
    const world = {
      desired: [declared('a', token('NEW'), uses('NEW'))],
      entries: [entry(declared('a', token('OLD'), uses('OLD')))],
      observed: [there('a', token('OLD'))],
    };
    expect(planOf(world).steps).toMatchObject([
      { because: 'changed', paths: [{ pointer: '/env/TOKEN', cause: 'secret' }], secrets: [{ isNew: true }] },
    ]);
  });

  it('are not the cause where the value only comes to be ours', () => {
    const world = {
      desired: [declared('a', token('NEW'), uses('NEW'))],
      entries: applied('a'),
      observed: [there('a')],
    };
    expect(planOf(world).steps).toMatchObject([{ paths: [{ cause: 'config' }] }]);
  });

  it('are received by nothing that is in conflict', () => {
    const world = { desired: [declared('a', token('T'), uses('T'))], observed: [there('a', python)] };
    expect(secretsOf(world)).toEqual([[]]);
  });
});

describe('a step', () => {
  it('remembers what it was planned on', () => {
    const world = {
      desired: [declared('a', python), declared('b')],
      entries: applied('a'),
      observed: [there('a')],
    };
    expect(planOf(world).steps.map(({ precondition }) => precondition)).toEqual([
      digestWhole(node, digest),
      'absent',
    ]);
  });

  it('was planned on nothing where nothing could be read', () => {
    const unavailable = { '/home/ada/.claude.json': finding('INTERNAL') };
    expect(planOf({ desired: [declared('a')], unavailable }).steps).toMatchObject([
      { precondition: 'unavailable' },
    ]);
  });

  it('is destructive when it deletes or replaces', () => {
    const world: World = {
      desired: [declared('a', python), declared('b')],
      entries: applied('a', 'c'),
      observed: [there('a'), there('c')],
      replaces: ['/command'],
    };
    expect(planOf(world).steps.map(({ action, isDestructive }) => [action, isDestructive])).toEqual([
      ['replace', true],
      ['create', false],
      ['delete', true],
    ]);
  });
});

describe('the id of a plan', () => {
  const world: World = {
    desired: [declared('a', python), declared('b')],
    entries: applied('a', 'c'),
    observed: [there('a'), there('c')],
  };

  it('is the same for another serial, lineage and finding', () => {
    const other = plan({
      ...inputOf(world),
      serial: 99,
      lineage: 'other',
      machine: 'other',
      findings: [finding('USAGE', 'info')],
    });
    expect(other.planId).toBe(planOf(world).planId);
  });

  it('is the same whatever the reasons and the order of steps', () => {
    const made = planOf(world);
    const steps = [...made.steps]
      .reverse()
      .map((step) => ({ ...step, because: 'requested' as const, needs: [] }));
    expect(planIdOf({ ...made, steps })).toBe(made.planId);
  });

  const others: readonly [string, World][] = [
    ['an address', { ...world, desired: [declared('a', python), declared('d')] }],
    ['an action', { ...world, observed: [there('a'), there('c'), there('b')] }],
    ['a value', { ...world, desired: [declared('a', { ...python, args: ['x'] }), declared('b')] }],
    ['a hidden value', { ...world, observed: [there('a', { ...node, args: ['theirs'] }), there('c')] }],
    [
      'a place',
      { ...world, desired: [declared('a', python), declared('b', node, { place: placeOf('x/y/z') })] },
    ],
    ['a secret', { ...world, desired: [declared('a', python), declared('b', node, uses('T'))] }],
    [
      'what would be destroyed',
      {
        ...world,
        entries: [...applied('a'), entry(declared('c'), {}, { ...node, note: 1 })],
        observed: [there('a'), there('c', { ...node, note: 1 }, ['/note'])],
      },
    ],
    ['the mode', { ...world, mode: 'rollback' }],
  ];

  it.each(others)('is another for %s', (_name, other) => {
    expect(planOf(other).planId).not.toBe(planOf(world).planId);
  });
});
