import { describe, expect, it } from 'vitest';
import { NEWEST, requireClaude } from '../support/claude.ts';
import { loopDrifts } from '../support/loop-drifts.ts';
import { throwawayHome } from '../support/throwaway-home.ts';

/** `npm run drifts` makes a thousand, containers among them. */
const COUNT = 30;

describe.runIf(requireClaude(NEWEST))('a running loop, of thirty changes to entries', () => {
  it('puts each right, calls nobody a fighter, and does not wait for the interval', async () => {
    const home = await throwawayHome();
    try {
      const { drifts, lost, failures, contended, stop } = await loopDrifts({
        home,
        count: COUNT,
        docker: null,
      });
      expect(drifts).toHaveLength(COUNT);
      expect({ lost, failures, contended }).toEqual({ lost: [], failures: [], contended: 0 });
      expect(new Set(drifts.map(({ kind }) => kind)).size).toBeGreaterThan(7);
      const repairMs = drifts.map(({ repairedMs }) => repairedMs ?? Number.NaN).sort((a, b) => a - b);
      expect(repairMs[COUNT / 2]).toBeLessThan(1_000);
      expect(stop.exitCode).toBe(0);
    } finally {
      await home.remove();
    }
  }, 60_000);
});
