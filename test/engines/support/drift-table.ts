import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningEngine } from '../../support/engine-run.ts';
import type { DriftRow } from './drift-row.ts';
import { type DriftStack, makeDriftStack } from './drift-stack.ts';
import { planLines } from './plan-lines.ts';
import { makeStackWorld, type StackWorld } from './stack-world.ts';

/**
 * Whatever somebody changes by hand: the plan names exactly that, apply puts it right, and the next plan is empty. One
 * stack, one row after the other: each begins where the repair of the one before has ended.
 */
export function driftTable(
  name: string,
  {
    start,
    rows,
  }: { readonly start: (registry: string) => Promise<RunningEngine>; readonly rows: readonly DriftRow[] },
): void {
  describe(name, () => {
    let world: StackWorld;
    let stack: DriftStack;

    beforeAll(async () => {
      world = await makeStackWorld(start);
      stack = await makeDriftStack(world);
      await mkdir(join(world.home.project, 'files'));
      await world.write(stack.manifest);
      await world.expectExit(0, ['lock']);
      await world.converge();
    }, 120_000);

    afterAll(async () => await world?.remove());

    it.each(rows)('$what', async ({ change, plan: expected, consent = [] }) => {
      await change(world, stack);
      const plan = await world.plan('--detailed-exitcode');
      expect(planLines(plan)).toEqual(expected);
      for (const { action, paths } of plan.steps) {
        expect(paths.some(({ forcesReplacement }) => forcesReplacement === true)).toBe(action === 'replace');
      }
      await world.converge(...consent);
      expect(await world.containers()).toEqual({ 'tools.full': 'running' });
    });
  });
}
