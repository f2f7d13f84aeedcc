import { describe, expect, it } from 'vitest';
import { obstaclesTo } from '../../src/plan/guards.ts';
import { plan } from '../../src/plan/plan.ts';
import type { Traits } from '../../src/plan/plan-input.ts';
import { applied, inputOf, there, type World } from './world.ts';

/** As if what the world holds were volumes. */
const planOf = (world: World) => {
  const input = inputOf(world);
  const traits = (name: string): Traits => ({ ...input.traits(name), holdsData: () => true });
  return plan({ ...input, traits });
};

describe.each(['apply', 'destroy'] as const)('what holds data, in mode %s', (mode) => {
  const entries = applied('data');
  const world: World = { mode, entries, observed: [there('data')], desired: [] };

  it('is deleted by an explicit word alone', () => {
    const drafted = planOf(world);
    expect(drafted.steps.map(({ action }) => action)).toEqual(['delete']);
    expect(drafted.isApplicable).toBe(false);
    const codes = obstaclesTo(drafted, { allowDestroy: false }).map(({ code }) => code);
    expect(codes).toContain('PLAN_DATA_LOSS');
    expect(obstaclesTo(drafted, { allowDestroy: true })).toEqual([]);
  });
});

it('is left where it is, and needs no word, when it is forgotten', () => {
  const entries = applied('data').map((entry) => ({ ...entry, onRemove: 'orphan' as const }));
  const drafted = planOf({ mode: 'destroy', entries, observed: [there('data')], desired: [] });
  expect(drafted.steps.map(({ action }) => action)).toEqual(['forget']);
  expect(drafted.isApplicable).toBe(true);
});
