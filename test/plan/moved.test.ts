import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import {
  applied,
  codesOf,
  declared,
  entry,
  ownershipDigest,
  placeOf,
  planOf,
  stepsOf,
  there,
  type World,
} from './world.ts';

const python: JsonObject = { type: 'stdio', command: 'python', args: ['server.js'] };

describe('the moved list', () => {
  const table: readonly [string, World, string][] = [
    [
      'renames what is there',
      { desired: [declared('b')], entries: applied('a'), observed: [there('a')], moved: [['a', 'b']] },
      '> claude-code/user/b (was claude-code/user/a), it has a new place',
    ],
    [
      'renames and changes at once',
      {
        desired: [declared('b', python)],
        entries: applied('a'),
        observed: [there('a')],
        moved: [['a', 'b']],
      },
      '> claude-code/user/b (was claude-code/user/a), it has a new place: ~command',
    ],
    [
      'renames what drifted, and puts it back',
      {
        desired: [declared('b')],
        entries: applied('a'),
        observed: [there('a', python)],
        moved: [['a', 'b']],
      },
      '> claude-code/user/b (was claude-code/user/a), it has a new place: ~command (drift)',
    ],
    [
      'follows a chain to its declared end, in whatever order it is written',
      {
        desired: [declared('c')],
        entries: applied('a'),
        observed: [there('a')],
        moved: [
          ['b', 'c'],
          ['a', 'b'],
        ],
      },
      '> claude-code/user/c (was claude-code/user/a), it has a new place',
    ],
    [
      'moves from one file to another',
      {
        desired: [declared('claude-code/project/a')],
        entries: applied('a'),
        observed: [there('a')],
        moved: [['a', 'claude-code/project/a']],
      },
      '> claude-code/project/a (was claude-code/user/a), it has a new place',
    ],
    [
      'is ignored once it is done',
      { desired: [declared('b')], entries: applied('b'), observed: [there('b')], moved: [['a', 'b']] },
      '',
    ],
    [
      'is ignored where both are ours: the old one goes',
      {
        desired: [declared('b')],
        entries: applied('a', 'b'),
        observed: [there('a'), there('b')],
        moved: [['a', 'b']],
      },
      '- claude-code/user/a, it is no longer in the manifest',
    ],
    [
      'does not overwrite what is in the new place',
      {
        desired: [declared('b')],
        entries: applied('a'),
        observed: [there('a'), there('b', python)],
        moved: [['a', 'b']],
      },
      '! claude-code/user/b, something different is there that is not ours',
    ],
    [
      'creates what is no longer in the old place',
      { desired: [declared('b')], entries: applied('a'), moved: [['a', 'b']] },
      [
        '+ claude-code/user/b (was claude-code/user/a), we wrote it and it is gone',
        '. claude-code/user/a, it is neither declared nor there',
      ].join('\n'),
    ],
    [
      'knows its own object when somebody renamed it by hand',
      { desired: [declared('b')], entries: applied('a'), observed: [there('b')], moved: [['a', 'b']] },
      [
        '* claude-code/user/b (was claude-code/user/a), it is as declared, and only our books are not',
        '. claude-code/user/a, it is neither declared nor there',
      ].join('\n'),
    ],
    [
      'takes a renamed server that is switched off for switched off',
      { disabled: ['b'], entries: applied('a'), observed: [there('a')], moved: [['a', 'b']] },
      '- claude-code/user/a, its server has "enabled: false"',
    ],
    [
      'deletes what was renamed and then removed',
      {
        desired: [declared('z')],
        entries: applied('a', 'z'),
        observed: [there('a'), there('z')],
        moved: [['a', 'b']],
      },
      '- claude-code/user/a, it is no longer in the manifest',
    ],
  ];

  it.each(table)('%s', (_name, world, expected) => {
    expect(stepsOf(world)).toBe(expected);
  });

  it('carries ownership in the lock along', () => {
    const [from, to] = ['claude-code/project/a', 'claude-code/project/b'] as const;
    const resource = declared(to);
    const shared = { [from]: { digest: ownershipDigest(resource.attributes), adopted: false } };
    const world = {
      desired: [resource],
      observed: [there(from)],
      shared,
      sharedPlaces: { [from]: placeOf(from) },
    };
    expect(stepsOf({ ...world, moved: [[from, to]] })).toBe(`> ${to} (was ${from}), it has a new place`);
  });

  it('keeps the old line in the books until the new one is written', () => {
    const { steps } = planOf({ desired: [declared('b')], entries: applied('a'), moved: [['a', 'b']] });
    expect(steps.map(({ address, needs }) => [address, needs])).toEqual([
      ['claude-code/user/b', []],
      ['claude-code/user/a', ['claude-code/user/b']],
    ]);
  });

  const wrong: readonly [string, World, string][] = [
    [
      'both ends are declared',
      {
        desired: [declared('a'), declared('b')],
        entries: applied('a'),
        observed: [there('a')],
        moved: [['a', 'b']],
      },
      'PLAN_MOVED_BOTH_DECLARED',
    ],
    [
      'it goes in a circle',
      {
        moved: [
          ['a', 'b'],
          ['b', 'a'],
        ],
        desired: [declared('b')],
      },
      'PLAN_MOVED_CYCLE',
    ],
    [
      'one goes to two',
      {
        moved: [
          ['a', 'b'],
          ['a', 'c'],
        ],
        desired: [declared('b')],
      },
      'PLAN_MOVED_TWICE',
    ],
    [
      'two go to one',
      {
        desired: [declared('c')],
        entries: applied('a', 'b'),
        observed: [there('a'), there('b')],
        moved: [
          ['a', 'c'],
          ['b', 'c'],
        ],
      },
      'PLAN_MOVED_TWICE',
    ],
  ];

  it.each(wrong)('forbids applying when %s', (_name, world, code) => {
    expect(codesOf(world)).toContain(code);
    expect(planOf(world).isApplicable).toBe(false);
  });
});

describe('one place under another address', () => {
  const same = { place: placeOf('claude-code/user/a') };

  it('is written under the new one and never deleted under the old', () => {
    const world = {
      desired: [declared('b', undefined, same)],
      entries: applied('a'),
      observed: [there('a')],
    };
    expect(stepsOf(world)).toBe(
      [
        '* claude-code/user/b (was claude-code/user/a), it is as declared, and only our books are not',
        '. claude-code/user/a, it goes by another address now',
      ].join('\n'),
    );
  });

  it('is changed under the new one with the old base', () => {
    const world = { desired: [declared('b', python, same)], entries: applied('a'), observed: [there('a')] };
    expect(stepsOf(world).split('\n')[0]).toBe(
      '~ claude-code/user/b (was claude-code/user/a), the manifest changed: ~command',
    );
  });

  it('stays ours under the old one while the new one is in conflict', () => {
    const denied = { b: { code: 'POLICY_DENIED', severity: 'error', message: 'no' } as const };
    const desired = [declared('b', undefined, same)];
    expect(stepsOf({ desired, entries: applied('a'), observed: [there('a')], denied })).toBe(
      '! claude-code/user/b, machine policy forbids it',
    );
  });

  it('is forgotten under the old one when the new one is in the books', () => {
    const entries = [entry(declared('a')), entry(declared('b', undefined, same))];
    const world = { desired: [declared('b', undefined, same)], entries, observed: [there('a')] };
    expect(stepsOf(world)).toBe('. claude-code/user/a, it goes by another address now');
  });
});
