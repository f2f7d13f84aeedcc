import type { SecretBackend } from '../../model/secret.ts';
import { withinTime } from '../within-time.ts';
import { diagnoseVault } from './diagnose.ts';
import { parseVaultLocator } from './locator.ts';
import { readVault } from './read.ts';
import { BACKEND, withVault } from './session.ts';
import { writeVault } from './write.ts';

/** HashiCorp Vault and OpenBao, KV version 2: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2 */
export const backend: SecretBackend = {
  name: 'vault',
  settings: ['VAULT_ADDR', 'VAULT_NAMESPACE', 'VAULT_CACERT', 'VAULT_ROLE_ID'],
  session: ['VAULT_TOKEN', 'VAULT_SECRET_ID'],
  read: async (argument, ctx) => {
    const locator = parseVaultLocator(argument);
    const { what } = locator;
    return await withinTime(
      {
        backend: BACKEND,
        what,
        run: (signal) => withVault({ what, signal }, (ask) => readVault(locator, ask), ctx),
      },
      ctx,
    );
  },
  write: async (argument, value, ctx) => {
    const locator = parseVaultLocator(argument);
    const { what } = locator;
    await withinTime(
      {
        backend: BACKEND,
        what,
        run: (signal) => withVault({ what, signal }, (ask) => writeVault(locator, value, ask), ctx),
      },
      ctx,
    );
  },
  writeHint: 'run `vault kv patch MOUNT/PATH FIELD=-`, and give it the value on stdin',
  diagnose: diagnoseVault,
};
