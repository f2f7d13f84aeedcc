import type { HostConfig } from './api.ts';
import type { Members } from './attributes.ts';
import { unlessNone } from './container-reading.ts';

export function readLimits(host: HostConfig): Members {
  return {
    memory: unlessNone(host.Memory),
    memoryReservation: unlessNone(host.MemoryReservation),
    memorySwap: host.MemorySwap === -1 ? -1 : unlessNone(host.MemorySwap),
    sharedMemory: unlessNone(host.ShmSize),
    cpus: cpusOf(unlessNone(host.NanoCpus)),
    cpuShares: unlessNone(host.CpuShares),
    pids: unlessNone(host.PidsLimit),
    ulimits: Object.fromEntries(
      [...(host.Ulimits ?? [])]
        .sort((a, b) => (a.Name < b.Name ? -1 : 1))
        .map(({ Name, Soft, Hard }) => [ulimitName(Name), { soft: Soft, hard: Hard }]),
    ),
  };
}

function cpusOf(nano: number | undefined): number | undefined {
  return nano === undefined ? undefined : nano / 1e9;
}

/** Podman says `RLIMIT_NOFILE`. */
function ulimitName(name: string): string {
  return name.replace(/^RLIMIT_/, '').toLowerCase();
}
