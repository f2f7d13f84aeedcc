import { dirname, resolve } from 'node:path';
import type { Address, Scope, Target } from '../model/address.ts';
import type { Manifest } from '../model/manifest.ts';

const SCOPES: readonly string[] = ['user', 'local', 'project'] satisfies readonly Scope[];

/** The target and name that an address means for this manifest, or null when it is no client entry's. */
export function parseAddress(
  address: Address,
  place: Pick<Manifest, 'files' | 'root'>,
): { readonly target: Target; readonly name: string } | null {
  const [, client, scope = '', label, name] = /^([^/]+)\/([a-z]+)(?::(.*))?\/([^/]+)$/.exec(address) ?? [];
  if (client === undefined || name === undefined || !SCOPES.includes(scope)) return null;
  if (scope === 'user') return label === undefined ? { target: { client, scope: 'user' }, name } : null;
  const folder = label === undefined ? place.root : resolve(dirname(place.files[0] ?? place.root), label);
  return {
    target: { client, scope: scope as Scope, folder, ...(label === undefined ? {} : { label }) },
    name,
  };
}
