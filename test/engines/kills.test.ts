import { describe, expect, it } from 'vitest';
import { requireEngine } from '../support/engine.ts';
import { killContainers } from './support/kill-containers.ts';

describe.runIf(requireEngine({ version: 'debian' }))('an apply of containers', () => {
  it('survives SIGKILL at 15 random points of an apply of 20, and of its recovery', async () => {
    const report = await killContainers({ rounds: 15 });
    expect(report.broken).toEqual([]);
    expect(report.rounds).toBe(15);
    expect(report.killed).toBeGreaterThan(7);
    expect(report.killedAfterWriting).toBeGreaterThan(0);
    expect(report.recoveriesKilled).toBeGreaterThan(0);
  }, 600_000);
});
