import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Because, Cause } from '../../src/model/plan.ts';
import { BECAUSE, CAUSE } from '../../src/report/words.ts';
import { applied, declared, entry, finding, placeOf, planOf, there, type World } from './world.ts';

const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { ...node, command: 'python' };
const token = (name: string): JsonObject => ({ ...node, env: { TOKEN: `\${${name}}` } });
const uses = (name: string): Parameters<typeof declared>[2] => ({
  secrets: [{ name: 'token', locator: `env:${name}`, pointer: '/env/TOKEN', via: 'reference' }],
});
const wrapped = (name: string): Parameters<typeof declared>[2] => ({
  secrets: [{ name: 'token', locator: `pass:${name}`, pointer: '/env/TOKEN', via: 'wrapper' }],
});

describe('the reasons', () => {
  const place = { ...placeOf('claude-code/user/w'), file: '/unreadable' };
  const everything: World = {
    desired: [
      declared('declared'),
      declared('left-alone'),
      declared('missing'),
      declared('changed', python),
      declared('drifted'),
      declared('both', { ...python, args: ['x'] }),
      declared('found'),
      declared('taken', node, { lifecycle: { adopt: true } }),
      declared('recorded', python),
      declared('renamed'),
      declared('exists'),
      declared('protected', node, { lifecycle: { protect: true } }),
      declared('blocked', node, { blocked: finding('GRAPH_LAUNCH_UNAVAILABLE') }),
      declared('unavailable', node, { place }),
      declared('denied'),
      declared('dependent', node, { dependsOn: ['exists'] }),
      declared('secret', token('NEW'), uses('NEW')),
      declared('repinned', { ...node, args: ['new.js'] }, { pin: { name: 'x', digest: 'new' } }),
      declared('ungranted', node, wrapped('A')),
      declared('rotated', node, wrapped('B')),
    ],
    disabled: ['disabled'],
    denied: { denied: finding('POLICY_DENIED') },
    unavailable: { '/unreadable': finding('INTERNAL') },
    moved: [['before', 'renamed']],
    entries: [
      ...applied(
        'missing',
        'changed',
        'drifted',
        'both',
        'recorded',
        'removed',
        'disabled',
        'gone',
        'modified',
        'before',
        'forgotten',
      ),
      entry(declared('orphan'), { onRemove: 'orphan' }),
      entry(declared('kept'), { protect: true }),
      entry(declared('secret', token('OLD'), uses('OLD'))),
      entry(declared('ungranted', node, wrapped('A'))),
      entry(declared('rotated', node, wrapped('B'))),
      entry(declared('repinned', node, { pin: { name: 'x', digest: 'old' } })),
    ],
    observed: [
      ...['changed', 'found', 'removed', 'disabled', 'before', 'forgotten', 'orphan', 'kept'].map((name) =>
        there(name),
      ),
      there('drifted', python),
      there('both', { ...node, command: 'ruby' }),
      there('taken', python),
      there('recorded', python),
      there('exists', python),
      there('modified', python),
      there('secret', token('OLD')),
      there('repinned'),
      there('ungranted'),
      there('rotated'),
    ],
    ungranted: ['pass:A'],
    changed: ['pass:B'],
    options: {
      forget: ['claude-code/user/forgotten'],
      hold: () => new Map([['claude-code/user/left-alone', 'suspended']]),
    },
  };
  const all = planOf(everything).steps;
  const destroyed = planOf({ ...everything, mode: 'destroy' }).steps;

  it('are each reached', () => {
    const reached = new Set<Because>([...all, ...destroyed].map(({ because }) => because));
    expect([...reached].sort()).toEqual(Object.keys(BECAUSE).sort());
  });

  it('have causes, each reached but that of containers, which this planner is not given yet', () => {
    const reached = new Set<Cause>(all.flatMap(({ paths }) => paths.map(({ cause }) => cause)));
    const later: Cause[] = ['dependency'];
    expect([...reached, ...later].sort()).toEqual(Object.keys(CAUSE).sort());
  });
});
