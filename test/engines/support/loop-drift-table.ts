import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningEngine } from '../../support/engine-run.ts';
import { type RunningLoop, startLoop } from '../../support/running-loop.ts';
import type { DriftRow } from './drift-row.ts';
import { type DriftStack, makeDriftStack, NAME } from './drift-stack.ts';
import { makeStackWorld, type StackWorld } from './stack-world.ts';

interface LoopDrift {
  readonly start: (registry: string) => Promise<RunningEngine>;
  readonly rows: readonly DriftRow[];
}

const WITHIN = { timeout: 30_000, interval: 50 };

/** Whatever somebody changes by hand, the running loop puts right, without anybody asking it to. */
export function loopDriftTable(name: string, { start, rows }: LoopDrift): void {
  describe(name, () => {
    let world: StackWorld;
    let stack: DriftStack;
    let loop: RunningLoop;
    const repairMs: number[] = [];

    beforeAll(async () => {
      world = await makeStackWorld(start);
      stack = await makeDriftStack(world);
      await mkdir(join(world.home.project, 'files'));
      await world.write(stack.manifest);
      await world.expectExit(0, ['lock']);
      // What fails is seen failing once: a table waits for nobody.
      const args = ['--interval', '1h', '--restart-after', '1', '--restart-delay', '0s'];
      loop = await startLoop(world.home, { args, env: world.env });
      expect(loop.passes[0]).toMatchObject({ result: 'applied' });
    }, 120_000);

    afterAll(async () => {
      // Nothing is under way then.
      await world?.run(['suspend']);
      const stopped = await loop?.stop();
      await world?.remove();
      const sorted = repairMs.sort((a, b) => a - b);
      const at = (share: number): string =>
        `${Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)} ms`;
      process.stderr.write(
        `\n${name}: ${sorted.length} repaired, p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}\n`,
      );
      expect(stopped?.exitCode).toBe(0);
      expect(stopped?.tookMs).toBeLessThan(5_000);
    });

    it.each(rows.filter(({ plan, consent }) => plan.length > 0 && consent === undefined))(
      '$what',
      async ({ change }) => {
        // The loop is not to meddle while somebody types several commands; and a table is no fight.
        await world.expectExit(0, ['suspend']);
        await change(world, stack).finally(() => world.expectExit(0, ['resume']));
        const startMs = performance.now();
        await expect.poll(() => world.planned(), WITHIN).toEqual([]);
        // What a new one has replaced goes last.
        await expect.poll(() => world.containers(), WITHIN).toEqual({ 'tools.full': 'running' });
        repairMs.push(performance.now() - startMs);
      },
      60_000,
    );

    it.each(rows.filter(({ consent }) => consent !== undefined))(
      '$what: says that somebody must decide, and goes on with the rest',
      async ({ change, plan, consent = [] }) => {
        await world.expectExit(0, ['suspend']);
        await change(world, stack)
          .then(() => world.engine.docker(['update', '--memory=80m', NAME]))
          .finally(() => world.expectExit(0, ['resume']));
        await expect.poll(() => world.planned(), WITHIN).toEqual(plan);
        await expect
          .poll(() => loop.conditions.findLast(({ type }) => type === 'Ready'), WITHIN)
          .toMatchObject({ status: 'False', reason: 'ApprovalNeeded' });
        await world.converge(...consent);
      },
      60_000,
    );
  });
}
