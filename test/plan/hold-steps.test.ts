import { describe, expect, it } from 'vitest';
import { applied, declared, planOf, there, type World } from './world.ts';

const world = (held: Record<string, 'suspended' | 'unpruned'>, more: Partial<World> = {}): World => ({
  desired: [declared('a'), declared('b', undefined, { dependsOn: ['a'] })],
  options: { hold: () => new Map(Object.entries(held)) },
  ...more,
});

describe('what the loop leaves alone', () => {
  it('is in the plan with what would be done, and holds up what depends on it', () => {
    const { steps, isApplicable } = planOf(world({ 'claude-code/user/a': 'suspended' }));
    expect(steps).toMatchObject([
      {
        address: 'claude-code/user/a',
        action: 'conflict',
        because: 'held',
        held: { because: 'suspended', action: 'create', reason: 'declared' },
      },
      { address: 'claude-code/user/b', action: 'conflict', because: 'dependency' },
    ]);
    expect(isApplicable).toBe(true);
  });

  it('is nothing when it is as it should be', () => {
    const settled = { desired: [declared('a')], entries: applied('a'), observed: [there('a')] };
    expect(planOf(world({ 'claude-code/user/a': 'suspended' }, settled)).steps).toEqual([]);
  });

  it('does not count as a mass delete', () => {
    const names = ['c', 'd', 'e', 'f', 'g', 'h'];
    const held = Object.fromEntries(names.map((name) => [`claude-code/user/${name}`, 'unpruned' as const]));
    const more = { entries: applied(...names), observed: names.map((name) => there(name)) };
    const { findings, steps } = planOf(world(held, more));
    expect(findings.map(({ code }) => code)).not.toContain('PLAN_MASS_DELETE');
    expect(steps.filter(({ because }) => because === 'held')).toHaveLength(6);
    expect(steps.filter(({ action }) => action === 'delete')).toEqual([]);
  });
});
