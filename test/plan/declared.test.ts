import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { declared, entry, finding, planOf, stepsOf, there, type World } from './world.ts';

const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { type: 'stdio', command: 'python', args: ['server.js'] };
const withEnv: JsonObject = { ...node, env: { X: '1' } };

describe('a declared server', () => {
  const table: readonly [string, World, string][] = [
    [
      'is created when it is nowhere',
      { desired: [declared('a')] },
      '+ claude-code/user/a, it is declared and not there',
    ],
    [
      'is created again when somebody removed it',
      { desired: [declared('a')], entries: [entry(declared('a'))] },
      '+ claude-code/user/a, we wrote it and it is gone',
    ],
    [
      'needs nothing when all three agree',
      { desired: [declared('a')], entries: [entry(declared('a'))], observed: [there('a')] },
      '',
    ],
    [
      'needs nothing when others added what is not ours',
      { desired: [declared('a')], entries: [entry(declared('a'))], observed: [there('a', withEnv)] },
      '',
    ],
    [
      'is updated when the manifest changed',
      {
        desired: [declared('a', python)],
        entries: [entry(declared('a', node))],
        observed: [there('a', node)],
      },
      '~ claude-code/user/a, the manifest changed: ~command',
    ],
    [
      'is put back when it was changed outside',
      {
        desired: [declared('a', node)],
        entries: [entry(declared('a', node))],
        observed: [there('a', python)],
      },
      '~ claude-code/user/a, it was changed outside mcpform: ~command (drift)',
    ],
    [
      'says when both moved, each value with its own cause',
      {
        desired: [declared('a', { ...withEnv, args: ['new.js'] })],
        entries: [entry(declared('a', { ...python, env: { X: '0' } }))],
        observed: [there('a', { type: 'stdio', command: 'ruby', args: ['server.js'], env: { X: '2' } })],
      },
      '~ claude-code/user/a, the manifest changed, and it was changed outside mcpform too: ~args, ~command (both), ~env.X (both)',
    ],
    [
      'loses a value that left the manifest',
      {
        desired: [declared('a', node)],
        entries: [entry(declared('a', withEnv))],
        observed: [there('a', withEnv)],
      },
      '~ claude-code/user/a, the manifest changed: -env.X',
    ],
    [
      'loses a value that left the manifest although somebody changed it, and says so',
      {
        desired: [declared('a', node)],
        entries: [entry(declared('a', withEnv))],
        observed: [there('a', { ...node, env: { X: '2' } })],
      },
      '~ claude-code/user/a, the manifest changed, and it was changed outside mcpform too: -env.X (both)',
    ],
    [
      'gets back a value that somebody removed',
      {
        desired: [declared('a', withEnv)],
        entries: [entry(declared('a', withEnv))],
        observed: [there('a', node)],
      },
      '~ claude-code/user/a, it was changed outside mcpform: +env.X (drift)',
    ],
    [
      'is recorded when the world already is as declared and our books are not',
      {
        desired: [declared('a', python)],
        entries: [entry(declared('a', node))],
        observed: [there('a', python)],
      },
      '* claude-code/user/a, it is as declared, and only our books are not',
    ],
    [
      'is recorded when it declares a value that somebody had added just so',
      {
        desired: [declared('a', withEnv)],
        entries: [entry(declared('a', node), {}, withEnv)],
        observed: [there('a', withEnv)],
      },
      '* claude-code/user/a, it is as declared, and only our books are not',
    ],
    [
      'is recorded when a value left the manifest and somebody had removed it',
      {
        desired: [declared('a', node)],
        entries: [entry(declared('a', withEnv))],
        observed: [there('a', node)],
      },
      '* claude-code/user/a, it is as declared, and only our books are not',
    ],
    [
      'is adopted when it is there just so and not ours',
      { desired: [declared('a')], observed: [there('a')] },
      '= claude-code/user/a, it is there as declared, and not ours yet',
    ],
    [
      'is adopted whatever its client does not know about it',
      { desired: [declared('a')], observed: [there('a', { ...node, note: 'mine' }, ['/note'])] },
      '= claude-code/user/a, it is there as declared, and not ours yet',
    ],
    [
      'is adopted whatever is kept',
      {
        desired: [declared('a', node, { lifecycle: { keep: ['/env/X'] } })],
        observed: [there('a', withEnv)],
      },
      '= claude-code/user/a, it is there as declared, and not ours yet',
    ],
    [
      'is in conflict with something different that is not ours',
      { desired: [declared('a', node)], observed: [there('a', python)] },
      '! claude-code/user/a, something different is there that is not ours',
    ],
    [
      'is in conflict with something that has more than is declared',
      { desired: [declared('a', node)], observed: [there('a', withEnv)] },
      '! claude-code/user/a, something different is there that is not ours',
    ],
    [
      'takes over with lifecycle.adopt',
      {
        desired: [declared('a', node, { lifecycle: { adopt: true } })],
        observed: [there('a', { ...python, env: { X: '1' } })],
      },
      '~ claude-code/user/a, it is not ours and differs, and you said to take it over: ~command (request), -env.X (request)',
    ],
    [
      'takes over what a flag names',
      {
        desired: [declared('a', node)],
        observed: [there('a', python)],
        options: { takeOwnership: ['claude-code/user/a'] },
      },
      '~ claude-code/user/a, it is not ours and differs, and you said to take it over: ~command (request)',
    ],
    [
      'is replaced when a value cannot change in place',
      {
        desired: [declared('a', python)],
        entries: [entry(declared('a', node))],
        observed: [there('a', node)],
        replaces: ['/command'],
      },
      '-/+ claude-code/user/a, the manifest changed: ~command',
    ],
    [
      'is not replaced while it is protected',
      {
        desired: [declared('a', python, { lifecycle: { protect: true } })],
        entries: [entry(declared('a', node))],
        observed: [there('a', node)],
        replaces: ['/command'],
      },
      '! claude-code/user/a, it has "protect: true"',
    ],
    [
      'is left alone where policy forbids it',
      { desired: [declared('a')], denied: { a: finding('POLICY_DENIED') } },
      '! claude-code/user/a, machine policy forbids it',
    ],
    [
      'is left alone where it cannot be written',
      {
        desired: [declared('a', node, { blocked: finding('GRAPH_SECRET_UNAVAILABLE') })],
        entries: [entry(declared('a'))],
      },
      '! claude-code/user/a, it cannot be changed from here now',
    ],
    [
      'is never taken for absent in a file that could not be read',
      {
        desired: [declared('a')],
        entries: [entry(declared('a'))],
        unavailable: { '/home/ada/.claude.json': finding('INTERNAL') },
      },
      '! claude-code/user/a, /home/ada/.claude.json could not be read',
    ],
  ];

  it.each(table)('%s', (_name, world, expected) => {
    expect(stepsOf(world)).toBe(expected);
  });
});

describe('what is kept', () => {
  const keep = { lifecycle: { keep: ['/env'] } };

  it('is neither compared nor removed', () => {
    const desired = [declared('a', node, keep)];
    const entries = [entry(declared('a', node, keep))];
    expect(stepsOf({ desired, entries, observed: [there('a', withEnv)] })).toBe('');
  });

  it('is left there when it was ours before', () => {
    const entries = [entry(declared('a', withEnv))];
    const world = { desired: [declared('a', python, keep)], entries, observed: [there('a', withEnv)] };
    expect(stepsOf(world)).toBe('~ claude-code/user/a, the manifest changed: ~command');
  });
});

describe('what others may change', () => {
  const ignore = { lifecycle: { ignoreChanges: ['/env/X'] } };

  it('is written at creation', () => {
    const [step] = planOf({ desired: [declared('a', withEnv, ignore)] }).steps;
    expect(step?.paths.map(({ pointer }) => pointer)).toContain('/env/X');
  });

  it('is left alone once it was written, whoever changes it', () => {
    const entries = [entry(declared('a', withEnv, ignore))];
    const observed = [there('a', { ...node, env: { X: 'theirs' } })];
    const desired = [declared('a', { ...node, env: { X: 'ours now' } }, ignore)];
    expect(stepsOf({ desired, entries, observed })).toBe('');
  });

  it('is added when the manifest declares it for the first time', () => {
    const entries = [entry(declared('a', node, ignore))];
    const world = { desired: [declared('a', withEnv, ignore)], entries, observed: [there('a', node)] };
    expect(stepsOf(world)).toBe('~ claude-code/user/a, the manifest changed: +env.X');
  });
});

describe('our books', () => {
  const changes: readonly [string, Parameters<typeof declared>[2]][] = [
    ['protection', { lifecycle: { protect: true } }],
    ['what happens on removal', { lifecycle: { onRemove: 'orphan' } }],
    ['what would run', { launchDigest: 'launch 2' }],
    ['a secret', { secrets: [{ locator: 'env:X', pointer: '/env/X', via: 'reference' as const }] }],
    ['a dependency', { dependsOn: ['b'] }],
  ];

  it.each(changes)('take note when nothing but %s changed', (_name, options) => {
    const world = {
      desired: [declared('a', node, options)],
      entries: [entry(declared('a'))],
      observed: [there('a')],
    };
    expect(stepsOf(world)).toBe('* claude-code/user/a, it is as declared, and only our books are not');
  });

  it('stay as they are when the order of lists changed', () => {
    const options = {
      secrets: [
        { locator: 'env:X', pointer: '/env/X', via: 'reference' as const },
        { locator: 'env:Y', pointer: '/env/Y', via: 'reference' as const },
      ],
    };
    const other = { secrets: [...options.secrets].reverse() };
    const world = {
      desired: [declared('a', node, other)],
      entries: [entry(declared('a', node, options))],
      observed: [there('a')],
    };
    expect(stepsOf(world)).toBe('');
  });
});

describe('a literal where a secret is declared that gets there another way', () => {
  const use = { name: 'x', locator: 'file:/x', pointer: '/env/X', via: 'wrapper' as const };
  const wrapped = { secrets: [use] };

  it('is taken out when the secret is new', () => {
    const world = {
      desired: [declared('a', node, wrapped)],
      entries: [entry(declared('a', node))],
      observed: [there('a', { ...node, env: { X: 'pasted', Y: 'theirs' } })],
    };
    expect(stepsOf(world)).toBe('~ claude-code/user/a, the manifest changed: -env.X');
  });

  it('is drift when somebody pasted it later', () => {
    const world = {
      desired: [declared('a', node, wrapped)],
      entries: [entry(declared('a', node, wrapped))],
      observed: [there('a', withEnv)],
    };
    expect(stepsOf(world)).toBe('~ claude-code/user/a, it was changed outside mcpform: -env.X (drift)');
  });

  it('stays when it is kept', () => {
    const world = {
      desired: [declared('a', node, { ...wrapped, lifecycle: { keep: ['/env/X'] } })],
      entries: [entry(declared('a', node, { ...wrapped, lifecycle: { keep: ['/env/X'] } }))],
      observed: [there('a', withEnv)],
    };
    expect(stepsOf(world)).toBe('');
  });
});
