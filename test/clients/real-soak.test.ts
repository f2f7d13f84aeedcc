import { expect, it } from 'vitest';
import { realSoak } from '../support/real-soak.ts';

it('lives on a machine with trouble: `npm run soak:real` is the same for twenty minutes', async () => {
  const troubles = ['--now', 'suspend, resume', 'disk full'];
  const { leftOut, ...report } = await realSoak({ durationMs: 0, restMs: 100, troubles });
  expect(report).toMatchObject({ unhealed: [], wrong: null, contended: 0, stop: { exitCode: 0 } });
  expect([...report.healed.keys(), ...leftOut].sort()).toEqual([...troubles].sort());
  expect(report.passes).toMatchObject({ applied: expect.any(Number) });
  expect(report.samples.at(-1)).toMatchObject({
    anonymous: expect.any(Number),
    stateBytes: expect.any(Number),
  });
  expect(report.stop.tookMs).toBeLessThan(5_000);
}, 120_000);
