import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Place } from '../model/resource.ts';

/**
 * One error for every place that more than one address means: two folders that are one, a worktree and its main
 * repository. Sorted by address.
 */
export function findCollisions(places: ReadonlyMap<Address, Place>): readonly Finding[] {
  const byKey = new Map<string, Address[]>();
  for (const [address, { key }] of places) byKey.set(key, [...(byKey.get(key) ?? []), address]);
  const shared = [...byKey.values()].filter((addresses) => addresses.length > 1).map((each) => each.sort());
  return shared
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
    .map((addresses) => {
      const [first = '', ...others] = addresses;
      return {
        code: 'GRAPH_DUPLICATE_PLACE',
        severity: 'error',
        message: `${addresses.map((each) => `"${each}"`).join(' and ')} are one entry in "${places.get(first)?.file ?? ''}"`,
        hint: `keep one of them: ${others.length === 1 ? 'remove the other target' : 'remove the other targets'}`,
        address: first,
      };
    });
}
