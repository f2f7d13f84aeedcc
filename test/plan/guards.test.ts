import { describe, expect, it } from 'vitest';
import { obstaclesTo } from '../../src/plan/guards.ts';
import { applied, codesOf, declared, entry, finding, planOf, stepsOf, there, type World } from './world.ts';

/** `count` applied servers, of which the first `removed` left the manifest. */
function stack(count: number, removed: number, more: World = {}): World {
  const names = Array.from({ length: count }, (_, index) => `s${String(index).padStart(2, '0')}`);
  return {
    desired: names.slice(removed).map((name) => declared(name)),
    entries: applied(...names),
    observed: names.map((name) => there(name)),
    ...more,
  };
}

describe('deleting a lot', () => {
  it.each([
    [3, 3, 'PLAN_EMPTY'],
    [4, 3, null],
    [5, 4, 'PLAN_MASS_DELETE'],
    [10, 3, null],
    [20, 6, null],
    [20, 7, 'PLAN_MASS_DELETE'],
  ])('of %i resources, %i: %s', (count, removed, code) => {
    expect(codesOf(stack(count, removed))).toEqual(code === null ? [] : [code]);
    expect(planOf(stack(count, removed)).isApplicable).toBe(code === null);
  });

  it('is allowed by an explicit word', () => {
    const plan = planOf(stack(20, 7));
    expect(obstaclesTo(plan, { allowDestroy: false })).toHaveLength(1);
    expect(obstaclesTo(plan, { allowDestroy: true })).toEqual([]);
  });

  it('does not count what is switched off', () => {
    const disabled = Array.from({ length: 10 }, (_, index) => `s${String(index).padStart(2, '0')}`);
    expect(codesOf(stack(20, 10, { disabled }))).toEqual([]);
  });

  it('does not count what is only forgotten', () => {
    const world = stack(6, 5);
    const entries = world.entries?.map((known) => ({ ...known, adopted: true })) ?? [];
    expect(codesOf({ ...world, entries })).toEqual([]);
  });

  it('is what destroy is for', () => {
    expect(codesOf(stack(20, 20, { mode: 'destroy' }))).toEqual([]);
  });

  it('takes all servers switched off for no empty manifest', () => {
    expect(codesOf(stack(2, 2, { disabled: ['s00', 's01'] }))).toEqual([]);
  });

  it('takes an empty manifest for nothing where there is nothing', () => {
    expect(codesOf({})).toEqual([]);
  });
});

describe('other manifest files than last time', () => {
  const world = stack(3, 1, { options: { filesChanged: 'changed' } });

  it('delete nothing, and say why', () => {
    expect(stepsOf(world)).toBe('! claude-code/user/s00, it cannot be changed from here now');
    expect(codesOf(world)).toEqual(['PLAN_FILES_CHANGED']);
    expect(planOf(world).isApplicable).toBe(true);
  });

  it('do not let go of what was adopted either', () => {
    const entries = world.entries?.map((known) => ({ ...known, adopted: true })) ?? [];
    expect(stepsOf({ ...world, entries })).toBe('! claude-code/user/s00, it cannot be changed from here now');
  });

  it('are said also where nothing would be deleted', () => {
    expect(codesOf(stack(3, 0, { options: { filesChanged: 'changed' } }))).toEqual(['PLAN_FILES_CHANGED']);
  });

  it('delete as usual once they are accepted', () => {
    expect(stepsOf(stack(3, 1, { options: { filesChanged: 'accepted' } }))).toBe(
      '- claude-code/user/s00, it is no longer in the manifest',
    );
  });
});

describe('an error from before', () => {
  it('forbids applying', () => {
    expect(planOf({ desired: [declared('a')], findings: [finding('INTERNAL')] }).isApplicable).toBe(false);
    expect(
      planOf({ desired: [declared('a')], findings: [finding('INTERNAL', 'warning')] }).isApplicable,
    ).toBe(true);
  });

  it('about an address in conflict holds up nothing else', () => {
    const denied = { a: finding('POLICY_DENIED') };
    const blocked = finding('GRAPH_LAUNCH_UNAVAILABLE');
    const world = { desired: [declared('a'), declared('b'), declared('c', undefined, { blocked })], denied };
    expect(codesOf(world)).toEqual(['GRAPH_LAUNCH_UNAVAILABLE', 'POLICY_DENIED']);
    expect(planOf(world).isApplicable).toBe(true);
  });

  it('about a file that could not be read is told once, and makes the plan incomplete', () => {
    const unavailable = { '/home/ada/.claude.json': finding('INTERNAL') };
    const world = { desired: [declared('a'), declared('b'), declared('claude-code/project/c')], unavailable };
    const plan = planOf(world);
    expect(plan.findings).toHaveLength(1);
    expect(plan).toMatchObject({ isApplicable: true, isComplete: false });
    expect(stepsOf(world)).toContain('+ claude-code/project/c');
  });
});

describe('findings', () => {
  it('are each told once, worst first', () => {
    const findings = [finding('USAGE', 'info'), finding('INTERNAL', 'warning'), finding('USAGE', 'info')];
    expect(codesOf({ desired: [declared('a')], findings })).toEqual(['INTERNAL', 'USAGE']);
  });

  it.each(['targets', 'takeOwnership', 'forget'] as const)(
    'name an address in %s that nothing has',
    (flag) => {
      const world = { desired: [declared('a')], options: { [flag]: ['claude-code/user/b'] } };
      expect(codesOf(world)).toEqual(['PLAN_ADDRESS_UNKNOWN']);
      expect(planOf(world).isApplicable).toBe(false);
    },
  );

  it('say nothing about flags that name what there is, wherever it is known', () => {
    const entries = [entry(declared('b'))];
    const targets = ['a', 'b', 'c'].map((name) => `claude-code/user/${name}`);
    expect(codesOf({ desired: [declared('a')], entries, disabled: ['c'], options: { targets } })).toEqual([]);
  });
});
