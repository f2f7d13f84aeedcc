import type { Json, Pointer } from '../../model/json.ts';
import { fromPointer } from '../../model/json.ts';
import { isWithin } from '../../model/leaves.ts';
import type { Place } from '../../model/resource.ts';
import { kindOf } from './place.ts';

/** What an engine changes while a container runs. Of a network, a volume or an image it changes nothing at all. */
const IN_PLACE: readonly Pointer[] = ['/status', '/name', '/restart'];

/** Limits that can be set and moved while it runs; to take one away is to start again. */
const LIMITS: readonly Pointer[] = ['memory', 'memoryReservation', 'cpus', 'cpuShares', 'pids'].map(
  (limit) => `/resources/${limit}`,
);

/** Nothing goes into these, or out of them, while it runs. */
const FIXED_NETWORKS: ReadonlySet<string> = new Set(['host', 'none']);

export function forcesReplacement(
  pointer: Pointer,
  { after }: { readonly before?: Json; readonly after?: Json },
): boolean {
  if (IN_PLACE.includes(pointer)) return false;
  if (LIMITS.includes(pointer)) return after === undefined;
  // Without a wish for it, it follows from memory.
  if (pointer === '/resources/memorySwap') return false;
  const [field, name = ''] = fromPointer(pointer);
  return field !== 'networks' || FIXED_NETWORKS.has(name);
}

/** People paste keys here. */
const SENSITIVE: readonly Pointer[] = ['/env', '/args', '/entrypoint', '/healthcheck/command', '/labels'];

export function isSensitive(pointer: Pointer): boolean {
  return SENSITIVE.some((owner) => isWithin(pointer, owner));
}

/** Nobody else writes into what we make on an engine; an image says what it is by itself. */
export function ownsAll(place: Place): boolean {
  return kindOf(place) !== 'image';
}

export function isVolatile(pointer: Pointer): boolean {
  return pointer === '/status';
}

export function holdsData(place: Place): boolean {
  return kindOf(place) === 'volume';
}
