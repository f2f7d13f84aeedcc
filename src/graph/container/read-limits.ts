import type { Limits } from '../../model/container.ts';
import { toBytes } from '../../model/size.ts';
import type { ResourcesDocument } from '../../schema/manifest.types.ts';
import type { Reading } from './fields.ts';

/** Enough for a server and the programs it starts; a fork bomb ends here instead of at the machine's limit. */
const DEFAULT_PIDS = 128;

/** The engine starts nothing with less. */
const LEAST_MEMORY_BYTES = 6 * 1024 ** 2;

/**
 * Limits of the container. Processes are always limited. Memory is not, unless somebody says how much: servers need
 * from 20 MB to several GB, and one that is killed in the middle of a call looks like a bug of its own.
 */
export function readLimits({ fields: { resources = {} }, faults }: Reading): Limits {
  const memoryBytes = bytesOf(resources.memory);
  const limits: Limits = {
    memoryBytes,
    memoryReservationBytes: bytesOf(resources.memoryReservation),
    memorySwapBytes: bytesOf(resources.memorySwap),
    sharedMemoryBytes: bytesOf(resources.sharedMemory),
    nanoCpus: resources.cpus === undefined ? null : Math.round(resources.cpus * 1e9),
    cpuShares: resources.cpuShares ?? null,
    pids: resources.pids ?? DEFAULT_PIDS,
    ulimits: ulimitsOf(resources),
  };
  faults.push(...impossible(limits));
  return limits;
}

function bytesOf(size: string | number | undefined): number | null {
  return size === undefined ? null : toBytes(size);
}

function ulimitsOf({ ulimits = {} }: ResourcesDocument): Limits['ulimits'] {
  return Object.fromEntries(
    Object.entries(ulimits).map(([name, limit]) => [
      name,
      typeof limit === 'number' ? { soft: limit, hard: limit } : { soft: limit.soft, hard: limit.hard },
    ]),
  );
}

function impossible(limits: Limits): readonly { readonly message: string; readonly hint: string }[] {
  const { memoryBytes, memoryReservationBytes, memorySwapBytes, nanoCpus } = limits;
  const sizes = [memoryBytes, memoryReservationBytes, memorySwapBytes, limits.sharedMemoryBytes];
  const checks: readonly (readonly [boolean, string, string])[] = [
    [
      sizes.some((size) => size !== null && (size <= 0 || !Number.isSafeInteger(size))),
      'a size is nothing, or more than any machine has',
      'write it as in `memory: 256Mi`',
    ],
    [
      memoryBytes !== null && memoryBytes < LEAST_MEMORY_BYTES,
      '`memory` is less than the 6 MiB that an engine asks for',
      'write at least `memory: 6Mi`',
    ],
    [
      memorySwapBytes !== null && memorySwapBytes < (memoryBytes ?? Number.POSITIVE_INFINITY),
      '`memorySwap` is memory and swap together, so it needs `memory`, and cannot be less',
      'write both, the same number for no swap',
    ],
    [
      memoryReservationBytes !== null && memoryBytes !== null && memoryReservationBytes > memoryBytes,
      '`memoryReservation` is more than `memory`',
      'reserve less, or allow more',
    ],
    [nanoCpus !== null && nanoCpus < 1e7, '`cpus` is less than 0.01', 'write at least `cpus: 0.01`'],
    ...Object.entries(limits.ulimits).map(
      ([name, { soft, hard }]) =>
        [
          !/^[a-z]+$/.test(name) || (hard !== -1 && (soft === -1 || soft > hard)),
          `ulimit "${name}" cannot be set so`,
          'write a name as `ulimit` has it, such as `nofile`, and `soft` no more than `hard`',
        ] as const,
    ),
  ];
  return checks.flatMap(([isWrong, message, hint]) => (isWrong ? [{ message, hint }] : []));
}
