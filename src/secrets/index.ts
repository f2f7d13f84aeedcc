import type { BackendName, SecretBackend } from '../model/secret.ts';

/** Backends by name. Each is loaded when a secret of it is asked for: some bring a large library along. */
const backends: Readonly<Record<BackendName, () => Promise<SecretBackend>>> = {
  env: async () => (await import('./env/backend.ts')).backend,
  file: async () => (await import('./file/backend.ts')).backend,
  exec: async () => (await import('./exec/backend.ts')).backend,
  dotenv: async () => (await import('./dotenv/backend.ts')).backend,
  op: async () => (await import('./op/backend.ts')).backend,
  lpass: async () => (await import('./lpass/backend.ts')).backend,
  bws: async () => (await import('./bws/backend.ts')).backend,
  vault: async () => (await import('./vault/backend.ts')).backend,
  aws: async () => (await import('./aws/backend.ts')).backend,
  gcp: async () => (await import('./gcp/backend.ts')).backend,
  keychain: async () => (await import('./keychain/backend.ts')).backend,
  docker: async () => (await import('./docker/backend.ts')).backend,
  sops: async () => (await import('./sops/backend.ts')).backend,
  age: async () => (await import('./age/backend.ts')).backend,
  pass: async () => (await import('./pass/backend.ts')).backend,
};

export async function loadBackend(name: BackendName): Promise<SecretBackend> {
  return await backends[name]();
}
