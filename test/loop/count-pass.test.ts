import { expect, it } from 'vitest';
import { countPass } from '../../src/loop/count-pass.ts';
import { passFailure } from '../../src/loop/pass-failure.ts';
import { McpformError } from '../../src/model/error.ts';
import type { HeldBecause, Plan } from '../../src/model/plan.ts';
import { holdSteps } from '../../src/plan/hold-steps.ts';
import { drift, planOf, removal, step } from './decide/passes.ts';

const [a, b, c] = ['claude-code/user/a', 'claude-code/user/b', 'docker/container/c'];

it('counts what is left alone as what it would be, and what is in conflict as that', () => {
  const steps = [drift(a), removal(b), step(c, 'conflict', 'exists')];
  const because = new Map<string, HeldBecause>([
    [a, 'observed'],
    [b, 'unpruned'],
  ]);
  const held = holdSteps(
    steps,
    () => because,
    () => false,
  );
  const plan: Plan = planOf(held, ['claude-code/user/d']);
  expect(plan.steps.map(({ action }) => action)).toEqual(['conflict', 'conflict', 'conflict']);
  expect(countPass({ plan, applied: null }, null)).toMatchObject({
    result: 'pending',
    planned: { update: 1, delete: 1, conflict: 1, unchanged: 1 },
    held: { [a]: 'observed', [b]: 'unpruned' },
    done: 0,
  });
});

it('says what a pass came to', () => {
  const failure = passFailure(new McpformError('SOURCE_UNAVAILABLE', 'away', { hint: 'wait' }));
  expect(countPass({ plan: null, applied: null }, failure)).toMatchObject({
    result: 'failed',
    planned: {},
    error: { code: 'SOURCE_UNAVAILABLE', message: 'away', hint: 'wait' },
  });
  expect(countPass({ plan: null, applied: null }, null).result).toBe('skipped');
  expect(countPass({ plan: planOf([], [a]), applied: null }, null).result).toBe('in-sync');
});
