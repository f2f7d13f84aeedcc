import type { Address } from '../model/address.ts';
import type { Desired } from '../model/resource.ts';

/**
 * What depends on nothing first; among what could be next, the smallest address. Dependencies on addresses that
 * are not in the list are ignored. The list holds no circle: the manifest was checked for those.
 */
export function orderDesired(desired: readonly Desired[]): readonly Desired[] {
  const byAddress = new Map(desired.map((each) => [each.address, each]));
  const waiting = new Map<Address, number>();
  const dependents = new Map<Address, Address[]>();
  for (const { address, dependsOn } of desired) {
    const known = dependsOn.filter((each) => byAddress.has(each));
    waiting.set(address, known.length);
    for (const each of known) {
      const others = dependents.get(each);
      if (others === undefined) dependents.set(each, [address]);
      else others.push(address);
    }
  }
  // Largest first, so that the smallest is popped from the end.
  const ready = [...byAddress.keys()].filter((address) => waiting.get(address) === 0);
  ready.sort((a, b) => (a < b ? 1 : -1));
  const ordered: Desired[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    ordered.push(byAddress.get(next) as Desired);
    for (const dependent of dependents.get(next) ?? []) {
      const left = (waiting.get(dependent) as number) - 1;
      waiting.set(dependent, left);
      if (left === 0) insert(ready, dependent);
    }
  }
  if (ordered.length < byAddress.size)
    throw new Error('the desired graph has a circle that the manifest was not checked for');
  return ordered;
}

function insert(descending: Address[], address: Address): void {
  let low = 0;
  let high = descending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((descending[middle] as Address) > address) low = middle + 1;
    else high = middle;
  }
  descending.splice(low, 0, address);
}
