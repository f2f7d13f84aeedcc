import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { applied, declared, entry, finding, linesOf, planOf, stepsOf, there, type World } from './world.ts';

const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { ...node, command: 'python' };

describe('--target', () => {
  const world: World = {
    desired: [
      declared('a'),
      declared('b', undefined, { dependsOn: ['a'] }),
      declared('c', undefined, { dependsOn: ['b'] }),
      declared('d'),
      declared('e'),
    ],
    entries: applied('b', 'd'),
    observed: [there('b'), there('d')],
  };
  const target = (...names: string[]): World['options'] & object => ({
    targets: names.map((name) => `claude-code/user/${name}`),
  });

  it('keeps the address with all it depends on, through what needs nothing', () => {
    const entries = [entry(declared('b', undefined, { dependsOn: ['a'] })), entry(declared('d'))];
    expect(linesOf({ ...world, entries, options: target('c') })).toBe(
      [
        '+ claude-code/user/a, it is declared and not there',
        '+ claude-code/user/c, it is declared and not there',
        'Plan: 2 to create; 1 unchanged.',
      ].join('\n'),
    );
  });

  it('makes the plan incomplete', () => {
    expect(planOf({ ...world, options: target('e') }).isComplete).toBe(false);
    expect(planOf(world).isComplete).toBe(true);
  });

  it('keeps what has to be deleted before', () => {
    const entries = [entry(declared('x')), entry(declared('y', undefined, { dependsOn: ['x'] }))];
    const observed = [there('x'), there('y')];
    const options = target('x');
    expect(planOf({ ...world, entries, observed, options }).steps.map(({ address }) => address)).toEqual([
      'claude-code/user/y',
      'claude-code/user/x',
    ]);
  });

  it('finds a renamed server by its old address', () => {
    const moved = [['d', 'f']] as const;
    const desired = [declared('e'), declared('f')];
    expect(stepsOf({ ...world, desired, moved, options: target('d') })).toBe(
      '> claude-code/user/f (was claude-code/user/d), it has a new place',
    );
  });
});

describe('--drift-only', () => {
  const mode = 'drift-only';

  it('shows what moved outside and nothing that the manifest asks for', () => {
    const world: World = {
      mode,
      desired: [
        declared('created'),
        declared('adopted'),
        declared('changed', python),
        declared('drifted'),
        declared('missing'),
        declared('mixed', { ...python, args: ['new.js'] }),
        declared('same'),
      ],
      entries: applied('changed', 'drifted', 'missing', 'mixed', 'same', 'removed', 'modified'),
      observed: [
        there('adopted'),
        there('changed'),
        there('drifted', python),
        there('mixed', { ...node, args: ['theirs.js'] }),
        there('same'),
        there('removed'),
        there('modified', python),
      ],
    };
    expect(linesOf(world)).toBe(
      [
        '~ claude-code/user/drifted, it was changed outside mcpform: ~command (drift)',
        '+ claude-code/user/missing, we wrote it and it is gone',
        '~ claude-code/user/mixed, the manifest changed, and it was changed outside mcpform too: ~args (both)',
        '! claude-code/user/modified, it would be deleted, but is no longer what we wrote',
        'Plan: 1 to create, 2 to update, 1 in conflict; 1 unchanged.',
      ].join('\n'),
    );
    expect(planOf(world).isComplete).toBe(false);
  });

  it('is complete when nothing had to be left out', () => {
    const world: World = {
      mode,
      desired: [declared('a')],
      entries: applied('a'),
      observed: [there('a', python)],
    };
    expect(planOf(world).isComplete).toBe(true);
  });

  it('no longer replaces when what forced it is left out', () => {
    const world: World = {
      mode,
      desired: [declared('a', { ...python, args: ['new.js'] })],
      entries: applied('a'),
      observed: [there('a', { ...node, args: ['theirs.js'] })],
      replaces: ['/command'],
    };
    expect(planOf(world).steps).toMatchObject([{ action: 'update', isDestructive: false }]);
    expect(planOf({ ...world, mode: 'apply' }).steps).toMatchObject([
      { action: 'replace', isDestructive: true },
    ]);
  });
});

describe('destroy', () => {
  const mode = 'destroy';

  it('removes exactly what is ours', () => {
    const world: World = {
      mode,
      desired: [declared('mine'), declared('never-applied')],
      disabled: ['off'],
      entries: [
        ...applied('mine', 'modified', 'off', 'left'),
        entry(declared('found'), { adopted: true }),
        entry(declared('found-too'), { adopted: true, onRemove: 'delete' }),
        entry(declared('gone')),
        entry(declared('orphan'), { onRemove: 'orphan' }),
        entry(declared('protected'), { protect: true }),
      ],
      observed: [
        ...['mine', 'off', 'left', 'found', 'found-too', 'orphan', 'protected'].map((name) => there(name)),
        there('modified', python),
        there('foreign'),
      ],
    };
    expect(linesOf(world)).toBe(
      [
        '. claude-code/user/found, it stays where it is and is no longer ours to keep',
        '- claude-code/user/found-too, everything of this stack shall go',
        '. claude-code/user/gone, it is neither declared nor there',
        '- claude-code/user/left, everything of this stack shall go',
        '- claude-code/user/mine, everything of this stack shall go',
        '! claude-code/user/modified, it would be deleted, but is no longer what we wrote',
        '- claude-code/user/off, everything of this stack shall go',
        '. claude-code/user/orphan, it stays where it is and is no longer ours to keep',
        '! claude-code/user/protected, it has "protect: true"',
        'Plan: 4 to delete, 3 to forget, 2 in conflict.',
      ].join('\n'),
    );
  });

  it('spares what the manifest protects although the books do not know yet', () => {
    const desired = [declared('a', node, { lifecycle: { protect: true } })];
    expect(stepsOf({ mode, desired, entries: applied('a'), observed: [there('a')] })).toBe(
      '! claude-code/user/a, it has "protect: true"',
    );
  });

  it('does as the manifest says now about what was there before us', () => {
    const desired = [declared('a', node, { lifecycle: { onRemove: 'delete' } })];
    const entries = [entry(declared('a'), { adopted: true })];
    expect(stepsOf({ mode, desired, entries, observed: [there('a')] })).toBe(
      '- claude-code/user/a, everything of this stack shall go',
    );
  });

  it('asks no policy and needs no file that it does not touch', () => {
    const world: World = {
      mode,
      desired: [declared('a')],
      entries: applied('a'),
      observed: [there('a')],
      denied: { a: finding('POLICY_DENIED') },
      options: { filesChanged: 'changed' },
    };
    expect(stepsOf(world)).toBe('- claude-code/user/a, everything of this stack shall go');
  });

  it('has nothing to do where nothing is ours', () => {
    expect(linesOf({ mode, desired: [declared('a')] })).toBe('No changes. There is nothing to do.');
  });
});

describe('rollback', () => {
  it('plans like apply, and carries its name', () => {
    const plan = planOf({ mode: 'rollback', desired: [declared('a')] });
    expect(plan).toMatchObject({ mode: 'rollback', steps: [{ action: 'create' }] });
  });
});
