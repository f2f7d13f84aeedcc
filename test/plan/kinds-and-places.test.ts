import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { declared, entry, finding, placeOf, planOf, stepsOf, there } from './world.ts';

const node: JsonObject = { type: 'stdio', command: 'node', args: ['server.js'] };
const python: JsonObject = { type: 'stdio', command: 'python', args: ['server.js'] };
const withEnv: JsonObject = { ...node, env: { X: '1' } };

describe('values that change their kind', () => {
  it('replaces the whole of what stands in the way', () => {
    const observed = [there('a', { ...node, env: ['X=1'] })];
    const world = { desired: [declared('a', withEnv)], entries: [entry(declared('a', withEnv))], observed };
    const [step] = planOf(world).steps;
    expect(step?.paths).toMatchObject([{ pointer: '/env', after: { value: { X: '1' } }, cause: 'drift' }]);
  });

  it('writes a scalar over an object without removing its members one by one', () => {
    const before: JsonObject = { ...node, tools: { a: true, b: true } };
    const world = {
      desired: [declared('a', { ...node, tools: 'all' })],
      entries: [entry(declared('a', before))],
      observed: [there('a', before)],
    };
    expect(stepsOf(world)).toBe('~ claude-code/user/a, the manifest changed: ~tools');
  });

  it('does not empty an object that is declared empty and that others filled', () => {
    const empty: JsonObject = { ...node, env: {} };
    const world = {
      desired: [declared('a', empty)],
      entries: [entry(declared('a', empty))],
      observed: [there('a', withEnv)],
    };
    expect(stepsOf(world)).toBe('');
  });

  it('does not remove an object that was declared empty and that others filled', () => {
    const world = {
      desired: [declared('a', node)],
      entries: [entry(declared('a', { ...node, env: {} }))],
      observed: [there('a', withEnv)],
    };
    expect(stepsOf(world)).toBe('* claude-code/user/a, it is as declared, and only our books are not');
  });
});

describe('an address whose place is another now', () => {
  const elsewhere = { ...placeOf('claude-code/user/a'), key: 'old#a', file: '/old/.claude.json' };
  const known = entry(declared('a', node, { place: elsewhere }));
  const old = { ...there('a', node), place: elsewhere };

  it('moves what is there', () => {
    const [step] = planOf({ desired: [declared('a')], entries: [known], observed: [old] }).steps;
    expect(step).toMatchObject({ action: 'move', previousPlace: elsewhere });
    expect(step).not.toHaveProperty('previousAddress');
  });

  it('is recorded when the object itself came along', () => {
    const world = { desired: [declared('a')], entries: [known], observed: [there('a')] };
    expect(stepsOf(world)).toBe('* claude-code/user/a, it is as declared, and only our books are not');
  });

  it('is in conflict when both places are taken', () => {
    const world = { desired: [declared('a')], entries: [known], observed: [old, there('a')] };
    expect(stepsOf(world)).toBe('! claude-code/user/a, something is there that is not ours');
  });

  it('does not own what has its name in the new place', () => {
    const world = { desired: [declared('a')], entries: [known], observed: [there('a', python)] };
    expect(stepsOf(world)).toBe('! claude-code/user/a, something different is there that is not ours');
  });

  it('waits for the old file to be readable', () => {
    const unavailable = { '/old/.claude.json': finding('INTERNAL') };
    const [step] = planOf({ desired: [declared('a')], entries: [known], unavailable }).steps;
    expect(step).toMatchObject({ action: 'conflict', because: 'unavailable' });
  });
});
