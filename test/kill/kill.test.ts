import { expect, it } from 'vitest';
import { kill } from '../support/kill.ts';

it('survives SIGKILL at 60 random points of an apply of 200 servers, and of its recovery', async () => {
  const report = await kill({ rounds: 60 });
  expect(report.broken).toEqual([]);
  expect(report.rounds).toBe(60);
  expect(report.killed).toBeGreaterThan(30);
  expect(report.killedAfterWriting).toBeGreaterThan(0);
  expect(report.recoveriesKilled).toBeGreaterThan(0);
});
