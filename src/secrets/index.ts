import type { BackendName, SecretBackend } from '../model/secret.ts';

/** Backends by name. Each is loaded when a secret of it is asked for: some bring a large library along. */
const backends: Readonly<Partial<Record<BackendName, () => Promise<SecretBackend>>>> = {
  env: async () => (await import('./env/backend.ts')).backend,
  file: async () => (await import('./file/backend.ts')).backend,
  exec: async () => (await import('./exec/backend.ts')).backend,
  dotenv: async () => (await import('./dotenv/backend.ts')).backend,
  docker: async () => (await import('./docker/backend.ts')).backend,
};

export async function loadBackend(name: BackendName): Promise<SecretBackend> {
  const load = backends[name];
  if (load === undefined) throw new Error(`there is no backend "${name}"`);
  return await load();
}
