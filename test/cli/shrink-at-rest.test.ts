import { describe, expect, it } from 'vitest';
import { collectGarbage, shrinkAtRest } from '../../src/cli/shrink-at-rest.ts';
import type { LoopState, PassReport } from '../../src/loop/model.ts';
import { TwoClocks } from '../loop/schedule/two-clocks.ts';

describe('a loop at rest', () => {
  it('gives memory back once, 20 s after the last of its passes', async () => {
    const clock = new TwoClocks();
    const times: number[] = [];
    const observer = shrinkAtRest(clock, async () => void times.push(clock.monotonic()));
    const pass = (): void => observer.passed({} as PassReport, {} as LoopState);
    pass();
    await clock.run(15_000);
    pass();
    await clock.run(300_000);
    expect(times).toEqual([35_000]);
    pass();
    await clock.run(10_000);
    await observer.close();
    await clock.run(300_000);
    expect(times).toHaveLength(1);
    expect(clock.sleepers).toBe(0);
  });

  it('has less in its heap after a collection', async () => {
    let garbage: string[] | null = Array.from({ length: 400_000 }, (_, at) => `garbage ${at}`);
    const before = process.memoryUsage().heapUsed;
    expect(garbage).toHaveLength(400_000);
    garbage = null;
    await collectGarbage();
    expect(process.memoryUsage().heapUsed).toBeLessThan(before - 5_000_000);
    expect('gc' in globalThis).toBe(process.execArgv.includes('--expose-gc'));
  });
});
