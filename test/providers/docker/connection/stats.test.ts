import { describe, expect, it } from 'vitest';
import { readStats } from '../../../../src/providers/docker/connection/stats.ts';
import { answering } from './answering.ts';

const cpu = (total: number, system?: number) => ({
  cpu_usage: { total_usage: total },
  ...(system !== undefined && { system_cpu_usage: system, online_cpus: 2 }),
});

describe('what a container uses', () => {
  it('is what Docker says, who took two samples', async () => {
    const sample = { read: 't', cpu_stats: cpu(20, 200), precpu_stats: cpu(10, 100) };
    const { caller, lines } = answering(() => ({ body: sample }));
    expect(await readStats(caller, 'web')).toEqual(sample);
    expect(lines()).toEqual(['GET /v1.51/containers/web/stats?stream=false']);
  });

  it('is measured twice with Podman, who takes one', async () => {
    const { caller, clock } = answering((_, count) => ({
      body: { read: `t${count}`, cpu_stats: cpu(10 * count, 100 * count), precpu_stats: cpu(0) },
    }));
    expect(await readStats(caller, 'web')).toEqual({
      read: 't2',
      cpu_stats: cpu(20, 200),
      precpu_stats: cpu(10, 100),
    });
    expect(clock.monotonic()).toBe(1000);
  });

  it('is nothing when it does not run', async () => {
    expect(await readStats(answering(() => ({})).caller, 'web')).toEqual({});
    const stopped = { read: '0001-01-01T00:00:00Z', cpu_stats: cpu(0), precpu_stats: cpu(0) };
    const { caller, requests } = answering(() => ({ body: stopped }));
    expect(await readStats(caller, 'web')).toEqual(stopped);
    expect(requests).toHaveLength(1);
  });
});
