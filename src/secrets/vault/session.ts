import { isAbsolute, join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';
import { askServer, requireSafe, type ServerAnswer } from '../ask-server.ts';
import { vaultFailure } from './failure.ts';
import { authorizeVault } from './token.ts';

export const BACKEND = 'Vault';

export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** After `/v1/`, encoded. */
  readonly path: string;
  readonly body?: string;
}

/** Asks with the token of this person or machine; any status is an answer. */
export type AskVault = (request: VaultRequest) => Promise<ServerAnswer>;

/** Runs `use` with a way to ask, as somebody; what was logged in for it is logged out after. Throws SECRET_*. */
export async function withVault<T>(
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
  use: (ask: AskVault) => Promise<T>,
  ctx: SecretContext,
): Promise<T> {
  const ask = await openVault({ what, signal }, ctx);
  const { token, logOut } = await authorizeVault({ what, ask }, ctx);
  try {
    return await use((request) => ask(request, token));
  } finally {
    await logOut();
  }
}

export type AskAs = (request: VaultRequest, token: string | null) => Promise<ServerAnswer>;

export async function openVault(
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
  ctx: SecretContext,
): Promise<AskAs> {
  const address = vaultAddress(what, ctx);
  const authorities = await readAuthorities(what, ctx);
  const namespace = ctx.env['VAULT_NAMESPACE'];
  return async ({ method, path, body }, token) => {
    let url = `${address.href}v1/${path}`;
    for (let hops = 0; ; hops += 1) {
      const answer = await askServer(
        {
          backend: BACKEND,
          what,
          method,
          url,
          signal,
          headers: {
            accept: 'application/json',
            'x-vault-request': 'true',
            ...(token === null ? {} : { 'x-vault-token': token }),
            ...(namespace && path !== HEALTH ? { 'x-vault-namespace': namespace } : {}),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body }),
          ...(authorities === undefined ? {} : { authorities }),
        },
        ctx,
      );
      const next = redirectOf(answer, url);
      if (next === null) return answer;
      // A standby names the leader. Behind one address for all of them the next try may reach it.
      if (next.origin !== address.origin || hops === MAX_HOPS) throw vaultFailure(answer, what);
      url = next.href;
    }
  };
}

/** It is of the whole server, and not answered in a namespace. */
export const HEALTH = 'sys/health';

const MAX_HOPS = 3;

function redirectOf({ status, headers }: ServerAnswer, url: string): URL | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  return URL.canParse(location, url) ? new URL(location, url) : null;
}

/** With a slash at its end. Throws SECRET_BACKEND_FAILED. */
export function vaultAddress(what: string, { env }: SecretContext): URL {
  const address = env['VAULT_ADDR'] ?? '';
  if (address === '') {
    throw new McpformError('SECRET_BACKEND_FAILED', `${what}: VAULT_ADDR is not set`, {
      hint: 'set VAULT_ADDR to the address of Vault, "https://vault.example.com:8200" for example',
    });
  }
  const url = requireSafe(address, { backend: BACKEND, what });
  return new URL(`${url.origin}${url.pathname.replace(/\/*$/, '/')}`);
}

async function readAuthorities(
  what: string,
  { env, home, system }: SecretContext,
): Promise<string | undefined> {
  const path = env['VAULT_CACERT'] ?? '';
  if (path === '') return undefined;
  const absolute = isAbsolute(path) ? path : join(home, path);
  try {
    return (await system.files.read(absolute)).toString();
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR')) throw error;
    throw new McpformError('SECRET_BACKEND_FAILED', `${what}: VAULT_CACERT cannot be read (${error.code})`, {
      hint: 'set it to the absolute path of a PEM file with the authority of Vault',
    });
  }
}
