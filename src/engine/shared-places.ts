import type { Address } from '../model/address.ts';
import type { DesiredEntry, Place } from '../model/resource.ts';
import { parseAddress } from './address-target.ts';
import type { Declared } from './declare.ts';
import type { World } from './observe.ts';

/** Entries that the lock says are ours and that are not desired: where they would be, from their address. */
export function placesOfShared(declared: Declared, world: World): Readonly<Record<Address, Place>> {
  const places: Record<Address, Place> = {};
  for (const address of Object.keys(declared.lock.ownership)) {
    const parsed = parseAddress(address, declared.manifest);
    if (parsed === null) continue;
    const observation = world.observations.get(parsed.target.client);
    const provider = world.providers.get(parsed.target.client);
    if (observation === undefined || provider === undefined) continue;
    places[address] = provider.identify(placeholder(address, parsed), observation);
  }
  return places;
}

function placeholder(
  address: Address,
  { target, name }: Pick<DesiredEntry, 'target'> & { name: string },
): DesiredEntry {
  return {
    address,
    provider: target.client,
    kind: 'entry',
    server: name,
    target,
    spec: { transport: 'stdio', args: [], env: {}, headers: {}, client: {} },
    dependsOn: [],
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false },
    secrets: [],
    launchDigest: '',
    at: { file: '' },
  };
}
