import { describe, expect, it } from 'vitest';
import { measure } from '../../../src/engine/containers/measure.ts';
import type { ContainerInfo, ContainerStats, HostConfig } from '../../../src/providers/docker/api.ts';

const info = (limits: HostConfig = {}): ContainerInfo => ({
  Id: '',
  Name: '',
  Image: '',
  State: { Status: 'running' },
  Config: {},
  HostConfig: limits,
});

/** Half of one of four cores was busy for a second. */
const busy: ContainerStats = {
  cpu_stats: { cpu_usage: { total_usage: 1_500_000_000 }, system_cpu_usage: 14_000_000_000, online_cpus: 4 },
  precpu_stats: { cpu_usage: { total_usage: 1_000_000_000 }, system_cpu_usage: 10_000_000_000 },
};

describe('what a container uses', () => {
  it('of CPU is its part of what all cores did, of its limit where it has one', () => {
    expect(measure(busy, info()).cpu).toEqual({ cores: 0.5, limitCores: null, percent: 50 });
    expect(measure(busy, info({ NanoCpus: 2e9 })).cpu).toEqual({ cores: 0.5, limitCores: 2, percent: 25 });
  });

  it.each([
    ['the first sample of a container', { cpu_stats: busy.cpu_stats }],
    ['an engine that does not say what the machine did', { cpu_stats: {}, precpu_stats: {} }],
    ['two samples of one moment', { cpu_stats: busy.cpu_stats, precpu_stats: busy.cpu_stats }],
  ] as readonly (readonly [string, ContainerStats])[])('of CPU is not known from %s', (_, stats) => {
    expect(measure(stats, info()).cpu).toBeNull();
  });

  it.each([
    ['version 1', { total_inactive_file: 400, inactive_file: 999 }, 600],
    ['version 2', { inactive_file: 300 }, 700],
    ['one that says more than there is', { inactive_file: 2000 }, 1000],
    ['none that is known', {}, 1000],
  ])('of memory is without the page cache, by control groups of %s', (_, stats, usedBytes) => {
    const memory_stats = { usage: 1000, limit: 64e9, stats };
    expect(measure({ memory_stats }, info()).memory).toEqual({ usedBytes, limitBytes: null, percent: null });
  });

  it('of memory is of its limit, and not of what the machine has', () => {
    const memory_stats = { usage: 64 * 2 ** 20, limit: 64e9 };
    expect(measure({ memory_stats }, info({ Memory: 256 * 2 ** 20 })).memory).toEqual({
      usedBytes: 64 * 2 ** 20,
      limitBytes: 256 * 2 ** 20,
      percent: 25,
    });
  });

  it('of networks is all of them together', () => {
    const networks = { eth0: { rx_bytes: 10, tx_bytes: 1 }, eth1: { rx_bytes: 5, tx_bytes: 2 } };
    expect(measure({ networks }, info()).network).toEqual({ receivedBytes: 15, sentBytes: 3 });
    expect(measure({}, info()).network).toBeNull();
  });

  it.each([
    [0, null],
    [-1, null],
    [null, null],
    [128, 128],
  ])('of processes has the limit that "%s" stands for', (PidsLimit, limit) => {
    const stats = { pids_stats: { current: 7, limit: 18_446_744_073_709_552_000 } };
    expect(measure(stats, info({ PidsLimit })).pids).toEqual({ current: 7, limit });
  });
});
