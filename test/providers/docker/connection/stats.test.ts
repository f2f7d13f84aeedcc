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

  it('is measured twice with Podman, who takes one, against the time of all processors', async () => {
    const { caller, clock } = answering((_, count) => ({
      body: {
        read: `2026-11-20T11:45:5${count}.500000000Z`,
        cpu_stats: cpu(count * 1e9, 7),
        precpu_stats: cpu(0),
      },
    }));
    expect(await readStats(caller, 'web')).toEqual({
      read: '2026-11-20T11:45:52.500000000Z',
      cpu_stats: cpu(2e9, 2e9),
      precpu_stats: cpu(1e9, 0),
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
