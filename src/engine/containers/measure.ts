import type { ContainerUse, CpuUse, MemoryUse } from '../../model/running.ts';
import type { ContainerInfo, ContainerStats, HostConfig } from '../../providers/docker/api.ts';

type Measured = Pick<ContainerUse, 'cpu' | 'memory' | 'network' | 'pids'>;

export const NOT_MEASURED: Measured = { cpu: null, memory: null, network: null, pids: null };

/** What a sample says, by the limits that the container has. */
export function measure(stats: ContainerStats, { HostConfig: limits }: ContainerInfo): Measured {
  return {
    cpu: cpuOf(stats, limits),
    memory: memoryOf(stats, limits),
    network: networkOf(stats),
    pids: pidsOf(stats, limits),
  };
}

/** As `docker stats` has it: the container's part of what all cores did between two samples, times the cores. */
function cpuOf({ cpu_stats: now, precpu_stats: before }: ContainerStats, limits: HostConfig): CpuUse | null {
  const spent = difference(now?.cpu_usage?.total_usage, before?.cpu_usage?.total_usage);
  const passed = difference(now?.system_cpu_usage, before?.system_cpu_usage);
  if (spent === null || passed === null || passed <= 0) return null;
  const cores = (Math.max(0, spent) / passed) * (now?.online_cpus ?? 1);
  const limitCores = some(limits.NanoCpus, 1e9);
  return { cores: rounded(cores), limitCores, percent: rounded((100 * cores) / (limitCores ?? 1)) };
}

function difference(now: number | undefined, before: number | undefined): number | null {
  return now === undefined || before === undefined ? null : now - before;
}

/**
 * As `docker stats` has it: without the page cache that the kernel would give up first. It goes by one name in version 1
 * of control groups and by another in version 2.
 */
function memoryOf({ memory_stats: memory }: ContainerStats, limits: HostConfig): MemoryUse | null {
  const usage = memory?.usage;
  if (usage === undefined) return null;
  const cache = memory?.stats?.['total_inactive_file'] ?? memory?.stats?.['inactive_file'] ?? 0;
  const usedBytes = cache < usage ? usage - cache : usage;
  const limitBytes = some(limits.Memory);
  const percent = limitBytes === null ? null : rounded((100 * usedBytes) / limitBytes);
  return { usedBytes, limitBytes, percent };
}

function networkOf({ networks }: ContainerStats): ContainerUse['network'] {
  if (networks === null || networks === undefined) return null;
  const all = Object.values(networks);
  return {
    receivedBytes: all.reduce((sum, { rx_bytes = 0 }) => sum + rx_bytes, 0),
    sentBytes: all.reduce((sum, { tx_bytes = 0 }) => sum + tx_bytes, 0),
  };
}

function pidsOf({ pids_stats: pids }: ContainerStats, limits: HostConfig): ContainerUse['pids'] {
  if (pids?.current === undefined) return null;
  return { current: pids.current, limit: some(limits.PidsLimit) };
}

/** Engines write no limit as nothing, 0 or -1. */
function some(value: number | null | undefined, unit = 1): number | null {
  return value === undefined || value === null || value <= 0 ? null : value / unit;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
