import type { Address } from '../model/address.ts';
import type { Desired } from '../model/resource.ts';

/** By resource: the server that it is of, or those of what needs it; nobody's is empty. */
export function usersOf(desired: readonly Desired[]): (one: Desired) => readonly string[] {
  let users: ReadonlyMap<Address, ReadonlySet<string>> | null = null;
  return ({ server, address }) => {
    if (server !== undefined) return [server];
    users ??= byNeed(desired);
    return [...(users.get(address) ?? [])];
  };
}

function byNeed(desired: readonly Desired[]): ReadonlyMap<Address, ReadonlySet<string>> {
  const users = new Map<Address, Set<string>>();
  for (const { server, dependsOn } of desired) {
    if (server === undefined) continue;
    for (const need of dependsOn) {
      const known = users.get(need);
      if (known === undefined) users.set(need, new Set([server]));
      else known.add(server);
    }
  }
  return users;
}
