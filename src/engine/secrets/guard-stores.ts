import type { Context } from '../../model/context.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject } from '../../model/json.ts';
import type { SecretSource } from '../../model/secret.ts';
import { keyStoreAt } from '../../policy/key-store.ts';
import type { Resource } from '../expansion.ts';
import type { NamedSource } from './sources.ts';

/**
 * Nobody is asked to approve that a server gets somebody's SSH key: what would read a well-known store of keys comes
 * out blocked. By the text of the path; who reads the file looks at where it really leads.
 */
export function guardStores<Any extends Resource>(
  rendered: readonly Any[],
  sources: ReadonlyMap<string, NamedSource>,
  { home, folders }: Pick<Context, 'home'> & { readonly folders: Pick<Context['folders'], 'state' | 'data'> },
): readonly Any[] {
  const own = [folders.state, folders.data];
  const stores = new Map<string, string>();
  for (const [locator, { source }] of sources) {
    const path = fileOf(source);
    const store = path === null ? null : keyStoreAt(path, home, own);
    if (store !== null) stores.set(locator, store);
  }
  if (stores.size === 0) return rendered;
  return rendered.map((resource) => {
    const use = resource.desired.secrets.find(({ locator }) => stores.has(locator));
    if (use === undefined) return resource;
    const { address, at } = resource.desired;
    const blocked: Finding = {
      code: 'SECRET_UNSAFE',
      severity: 'error',
      message: `"${address}": secret "${use.name}" (${use.locator}) is in ${stores.get(use.locator)}, which no server is handed`,
      hint: 'keep the one secret that the server needs in a file of its own, or in a backend made for it',
      address,
      at,
    };
    return { ...resource, desired: { ...resource.desired, blocked } };
  });
}

/** The file whose content is handed on; null where a program or library decides. */
function fileOf({ backend, argument }: SecretSource): string | null {
  if (backend === 'file') return typeof argument === 'string' ? argument : null;
  if (backend !== 'dotenv' || !isJsonObject(argument)) return null;
  return typeof argument['file'] === 'string' ? argument['file'] : null;
}
