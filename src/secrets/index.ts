import type { BackendName, SecretBackend } from '../model/secret.ts';

/** Backends by name. Each is loaded when a secret of it is asked for: some bring a large library along. */
const backends: Readonly<Partial<Record<BackendName, () => Promise<SecretBackend>>>> = {};

export async function loadBackend(name: BackendName): Promise<SecretBackend> {
  const load = backends[name];
  if (load === undefined) throw new Error(`there is no backend "${name}"`);
  return await load();
}
