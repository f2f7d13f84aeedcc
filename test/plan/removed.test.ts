import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { codesOf, declared, entry, finding, planOf, stepsOf, there, type World } from './world.ts';

const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { ...node, command: 'python' };
const kept = { lifecycle: { keep: ['/env/KEY'] } };
const withKey: JsonObject = { ...node, env: { KEY: 'sk-secret' } };
/** Something else is declared, so that the manifest is not empty. */
const other = { desired: [declared('z')], entries: [entry(declared('z'))], observed: [there('z')] };

function world(more: World): World {
  return {
    ...more,
    desired: [...other.desired, ...(more.desired ?? [])],
    entries: [...other.entries, ...(more.entries ?? [])],
    observed: [...other.observed, ...(more.observed ?? [])],
  };
}

describe('what left the manifest', () => {
  const table: readonly [string, World, string][] = [
    [
      'is deleted when it is as we wrote it',
      { entries: [entry(declared('a'))], observed: [there('a')] },
      '- claude-code/user/a, it is no longer in the manifest',
    ],
    [
      'is in conflict when somebody changed it',
      { entries: [entry(declared('a'))], observed: [there('a', python)] },
      '! claude-code/user/a, it would be deleted, but is no longer what we wrote',
    ],
    [
      'is in conflict when somebody added to it, even what its client does not know',
      { entries: [entry(declared('a'))], observed: [there('a', { ...node, note: 'mine' }, ['/note'])] },
      '! claude-code/user/a, it would be deleted, but is no longer what we wrote',
    ],
    [
      'is deleted although somebody changed it when a flag names it',
      {
        entries: [entry(declared('a'))],
        observed: [there('a', python)],
        options: { takeOwnership: ['claude-code/user/a'] },
      },
      '- claude-code/user/a, it is no longer in the manifest',
    ],
    [
      'is forgotten when it is gone already',
      { entries: [entry(declared('a'))] },
      '. claude-code/user/a, it is neither declared nor there',
    ],
    [
      'is forgotten when it was there before us',
      { entries: [entry(declared('a'), { adopted: true })], observed: [there('a')] },
      '. claude-code/user/a, it stays where it is and is no longer ours to keep',
    ],
    [
      'is deleted although it was there before us, if it said so',
      { entries: [entry(declared('a'), { adopted: true, onRemove: 'delete' })], observed: [there('a')] },
      '- claude-code/user/a, it is no longer in the manifest',
    ],
    [
      'is forgotten when it said so',
      { entries: [entry(declared('a'), { onRemove: 'orphan' })], observed: [there('a', python)] },
      '. claude-code/user/a, it stays where it is and is no longer ours to keep',
    ],
    [
      'stays when the books protect it',
      { entries: [entry(declared('a'), { protect: true })], observed: [there('a')] },
      '! claude-code/user/a, it has "protect: true"',
    ],
    [
      'is never taken for absent in a file that could not be read',
      {
        entries: [entry(declared('a', node, { place: { ...there('a').place, file: '/other.json' } }))],
        unavailable: { '/other.json': finding('INTERNAL') },
      },
      '! claude-code/user/a, /other.json could not be read',
    ],
  ];

  it.each(table)('%s', (_name, more, expected) => {
    expect(stepsOf(world(more))).toBe(expected);
  });

  it('is forgotten without a look at it when a flag says so', () => {
    const options = { forget: ['claude-code/user/a'] };
    const more = {
      entries: [entry(declared('a'), { protect: true })],
      observed: [there('a', python)],
      options,
    };
    expect(stepsOf(world(more))).toBe('. claude-code/user/a, you asked for it');
  });

  it('is not deleted with a value inside that was never ours', () => {
    const more = {
      entries: [entry(declared('a', node, kept), {}, withKey)],
      observed: [there('a', withKey)],
    };
    expect(stepsOf(world(more))).toBe(
      '! claude-code/user/a, it would be deleted, but is no longer what we wrote',
    );
    expect(codesOf(world(more))).toEqual(['PLAN_KEPT_VALUE']);
  });

  it('shows what was modified, and never a value that may be a key', () => {
    const observed = [there('a', { ...python, env: { KEY: 'sk-secret' } })];
    const { steps } = planOf(world({ entries: [entry(declared('a'))], observed }));
    expect(steps[0]?.paths).toMatchObject([
      { pointer: '/command', before: { value: 'python' }, cause: 'drift' },
      { pointer: '/env/KEY', before: { hidden: true }, cause: 'drift' },
    ]);
    expect(JSON.stringify(steps)).not.toContain('sk-secret');
  });
});

describe('what is switched off', () => {
  const off = (more: World): string => stepsOf(world({ disabled: ['a'], ...more }));

  it('is deleted', () => {
    const line = '- claude-code/user/a, its server has "enabled: false"';
    expect(off({ entries: [entry(declared('a'))], observed: [there('a')] })).toBe(line);
  });

  it('is deleted although it was there before us: it comes back as declared', () => {
    const entries = [entry(declared('a'), { adopted: true })];
    expect(off({ entries, observed: [there('a')] })).toBe(
      '- claude-code/user/a, its server has "enabled: false"',
    );
  });

  it('is in conflict where that would lose a kept value', () => {
    const entries = [entry(declared('a', node, kept), { adopted: true }, withKey)];
    const line = '! claude-code/user/a, it would be deleted, but is no longer what we wrote';
    expect(off({ entries, observed: [there('a', withKey)] })).toBe(line);
    expect(codesOf(world({ disabled: ['a'], entries, observed: [there('a', withKey)] }))).toEqual([
      'PLAN_KEPT_VALUE',
    ]);
  });

  it('stays when it is protected', () => {
    const entries = [entry(declared('a'), { protect: true })];
    expect(off({ entries, observed: [there('a')] })).toBe('! claude-code/user/a, it has "protect: true"');
  });

  it('is forgotten when it is gone already', () => {
    expect(off({ entries: [entry(declared('a'))] })).toBe(
      '. claude-code/user/a, it is neither declared nor there',
    );
  });

  it('is left alone when it is not ours', () => {
    expect(off({ observed: [there('a')] })).toBe('');
  });
});
