import { McpformError } from '../../model/error.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretContext } from '../../model/secret.ts';
import { withinTime } from '../within-time.ts';
import { BACKEND, HEALTH, openVault, vaultAddress } from './session.ts';
import { tokenFile } from './token.ts';

const CHECK = 'vault';
const PATIENCE_MS = 3_000;

/** Asks for its health, as nobody. */
export async function diagnoseVault(_: unknown, ctx: SecretContext): Promise<Diagnosis> {
  try {
    const { host } = vaultAddress(CHECK, ctx);
    const status = await askHealth(ctx);
    const trouble = TROUBLE[status];
    if (trouble !== undefined) return warn(`"${host}" ${trouble}`, 'see `vault status`');
    if (![200, 429, 472, 473].includes(status)) {
      return warn(`"${host}" answers with ${status}`, 'see whether VAULT_ADDR is really Vault');
    }
    const source = await tokenSource(ctx);
    if (source === null) {
      return warn(`"${host}" is up; there is no token`, 'run `vault login`, or set VAULT_TOKEN');
    }
    return { check: CHECK, state: 'ok', detail: `"${host}" is up, asked with ${source}` };
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    const { message, hint } = error;
    return { check: CHECK, state: 'failed', detail: message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** https://developer.hashicorp.com/vault/api-docs/system/health */
const TROUBLE: Readonly<Record<number, string>> = { 501: 'has not been set up', 503: 'is sealed' };

async function askHealth(ctx: SecretContext): Promise<number> {
  return await withinTime(
    {
      backend: BACKEND,
      what: CHECK,
      timeoutMs: PATIENCE_MS,
      run: async (signal) => {
        const ask = await openVault({ what: CHECK, signal }, ctx);
        return (await ask({ method: 'GET', path: HEALTH }, null)).status;
      },
    },
    ctx,
  );
}

async function tokenSource(ctx: SecretContext): Promise<string | null> {
  const { VAULT_TOKEN: token, VAULT_ROLE_ID: role, VAULT_SECRET_ID: secretId } = ctx.env;
  if (token) return 'VAULT_TOKEN';
  if (role && secretId) return 'an AppRole';
  const path = tokenFile(ctx);
  const isThere = await ctx.system.files.stat(path).then(
    () => true,
    () => false,
  );
  return isThere ? `"${path}"` : null;
}

function warn(detail: string, hint: string): Diagnosis {
  return { check: CHECK, state: 'warning', detail, hint };
}
