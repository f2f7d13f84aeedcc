import { join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';
import { objectAt, parseJsonObject, textAt } from '../parse-answer.ts';
import { vaultFailure } from './failure.ts';
import type { AskAs } from './session.ts';

export interface VaultIdentity {
  readonly token: string;
  /** Ends what was logged in for us alone; never throws. */
  readonly logOut: () => Promise<void>;
}

interface Asking {
  readonly what: string;
  readonly ask: AskAs;
}

/** VAULT_TOKEN, an AppRole, or what `vault login` left: the first that is there. Throws SECRET_*. */
export async function authorizeVault(asking: Asking, ctx: SecretContext): Promise<VaultIdentity> {
  const { what } = asking;
  const { VAULT_TOKEN: given, VAULT_ROLE_ID: role, VAULT_SECRET_ID: secretId } = ctx.env;
  if (given) return keep(given, what);
  if (role && secretId) return await logIn(asking, { role, secretId });
  const left = await readTokenFile(what, ctx);
  if (left !== null) return keep(left, what);
  throw new McpformError('SECRET_DENIED', `${what}: there is no token for Vault`, {
    hint: 'run `vault login`, or set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID',
  });
}

function keep(text: string, what: string): VaultIdentity {
  const token = text.trim();
  // A header cannot hold anything else; what refuses it would print it.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new McpformError('SECRET_DENIED', `${what}: the token for Vault is none`, {
      hint: 'run `vault login` again',
    });
  }
  return { token, logOut: async () => undefined };
}

/** https://developer.hashicorp.com/vault/api-docs/auth/approle */
async function logIn(
  { what, ask }: Asking,
  { role, secretId }: { readonly role: string; readonly secretId: string },
): Promise<VaultIdentity> {
  const body = JSON.stringify({ role_id: role, secret_id: secretId });
  const answer = await ask({ method: 'POST', path: 'auth/approle/login', body }, null);
  if ([400, 401, 403].includes(answer.status)) {
    throw new McpformError('SECRET_DENIED', `${what}: Vault does not know this AppRole`, {
      hint: 'see VAULT_ROLE_ID, and whether VAULT_SECRET_ID has ended or was used up',
    });
  }
  if (answer.status !== 200) throw vaultFailure(answer, what);
  const token = textAt(objectAt(parseJsonObject(answer.body), 'auth'), 'client_token');
  if (token === null) {
    throw new McpformError('SECRET_BACKEND_FAILED', `${what}: Vault gave no token for the AppRole`, {
      hint: 'see whether VAULT_ADDR is really Vault',
    });
  }
  const logOut = async (): Promise<void> => {
    // Else one token more is left behind with each secret. It ends by itself when it may not end itself.
    await ask({ method: 'POST', path: 'auth/token/revoke-self' }, token).catch(() => undefined);
  };
  return { ...keep(token, what), logOut };
}

/** Where `vault login` leaves it. */
export function tokenFile({ home }: SecretContext): string {
  return join(home, '.vault-token');
}

async function readTokenFile(what: string, ctx: SecretContext): Promise<string | null> {
  const { files, processes } = ctx.system;
  const path = tokenFile(ctx);
  try {
    const { kind, mode, uid } = await files.stat(path);
    const isOurs = ctx.platform === 'win32' || uid === (await processes.identity()).uid;
    const isPrivate = ctx.platform === 'win32' || (mode & 0o077) === 0;
    if (kind !== 'file' || !isOurs || !isPrivate) {
      throw new McpformError('SECRET_UNSAFE', `${what}: the token in "${path}" is not yours alone`, {
        hint: `run \`chmod 600 ${path}\`, or \`vault login\` again`,
      });
    }
    return (await files.read(path)).toString().trim() || null;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    if (!isErrno(error, 'EACCES', 'EPERM')) throw error;
    throw new McpformError('SECRET_DENIED', `${what}: "${path}" cannot be read (${error.code})`, {
      hint: 'run `vault login` again',
    });
  }
}
