import { type Address, entryAddress, type Target } from '../model/address.ts';
import { targetKey } from '../model/provider.ts';
import type { Observed } from '../model/resource.ts';
import type { World } from './observe.ts';

/** Something that is there, under the address it would have. */
export interface Found {
  readonly address: Address;
  readonly target: Target;
  readonly name: string;
  readonly observed: Observed;
}

/** What is at the targets and whose place is not in `managed`. Sorted by address. */
export function listUnmanaged(
  world: World,
  targets: readonly Target[],
  managed: ReadonlySet<string>,
): readonly Found[] {
  const distinct = new Map(targets.map((target) => [targetKey(target), target]));
  const found = [...distinct].flatMap(([key, target]) => {
    const container = world.observations.get(target.client)?.containers.get(key);
    if (container === undefined) return [];
    return [...world.objects.values()].flatMap((observed): Found[] => {
      const { file, path } = observed.place;
      const isInside =
        file === container.file &&
        path.length === container.path.length + 1 &&
        container.path.every((part, index) => part === path[index]);
      if (!isInside || managed.has(observed.place.key)) return [];
      const name = path.at(-1) as string;
      return [{ address: entryAddress(target, name), target, name, observed }];
    });
  });
  return found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}
