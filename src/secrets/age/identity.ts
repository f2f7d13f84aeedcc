import { join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';
import { checkOwner } from '../check-owner.ts';
import type { AgePlace } from './place.ts';

/** Whoever may read this file may read every secret that was encrypted to it. */
export interface Identity {
  /** Where it is, links resolved. */
  readonly path: string;
  /** The lines of native identities (`AGE-SECRET-KEY-`); null when only the program can read it: SSH keys, plugins. */
  readonly keys: readonly string[] | null;
}

/**
 * The identity file of the manifest, else the machine's: `mcpform/age/identity.txt`, then `sops/age/keys.txt`, in
 * `$XDG_CONFIG_HOME` (default: `~/.config`). It must be ours, and nobody else's to read or write. Throws
 * SECRET_NOT_FOUND, SECRET_UNSAFE and SECRET_DENIED (its passphrase would have to be asked for).
 */
export async function readIdentity(place: AgePlace, what: string, ctx: SecretContext): Promise<Identity> {
  const places = identityPlaces(place, ctx);
  for (const named of places) {
    const path = await realPath(named, what, ctx);
    if (path === null) continue;
    const label = `${what}: the identity file "${named}"`;
    const stat = await ctx.system.files.stat(path);
    if (stat.kind !== 'file' || stat.size > MAX_IDENTITY_BYTES)
      throw unusable(named, what, 'is no identity file');
    await checkOwner(stat, { path, what: label }, ctx);
    return { path, keys: keysOf(await readText(path, named, what, ctx), named, what) };
  }
  throw new McpformError(
    'SECRET_NOT_FOUND',
    `${what}: there is no identity file "${places.join('" or "')}"`,
    {
      hint: 'make one with `age-keygen`, or say where it is with `identity` in the manifest',
    },
  );
}

export function identityPlaces({ identity }: AgePlace, { home, env }: SecretContext): readonly string[] {
  if (identity !== undefined) return [identity];
  const config = env['XDG_CONFIG_HOME'] || join(home, '.config');
  return [join(config, 'mcpform', 'age', 'identity.txt'), join(config, 'sops', 'age', 'keys.txt')];
}

async function realPath(path: string, what: string, ctx: SecretContext): Promise<string | null> {
  try {
    return await ctx.system.files.realPath(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    if (isErrno(error, 'EACCES', 'ELOOP', 'EPERM')) throw unreadable(what, path, error.code ?? '');
    throw error;
  }
}

/** Far more than anybody's keys. */
const MAX_IDENTITY_BYTES = 64 * 1024;

async function readText(path: string, named: string, what: string, ctx: SecretContext): Promise<string> {
  try {
    return (await ctx.system.files.read(path)).toString('utf8');
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'EIO')) throw unreadable(what, named, error.code ?? '');
    throw error;
  }
}

/** As `age` reads it: one identity a line, `#` starts a comment. */
function keysOf(text: string, named: string, what: string): readonly string[] | null {
  if (/^(?:age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text)) {
    throw unusable(named, what, 'is protected by a passphrase, and nobody can be asked for it');
  }
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return null;
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw unusable(named, what, 'holds no identity');
  if (lines.every((line) => line.startsWith('AGE-SECRET-KEY-'))) return lines;
  if (lines.every((line) => /^AGE-(?:SECRET-KEY|PLUGIN)-/.test(line))) return null;
  throw unusable(named, what, 'is no identity file of age');
}

function unusable(named: string, what: string, because: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what}: "${named}" ${because}`, {
    hint: 'name an identity file that `age-keygen` made, without a passphrase',
  });
}

function unreadable(what: string, path: string, code: string): McpformError {
  return new McpformError('SECRET_DENIED', `${what}: the identity file "${path}" cannot be read (${code})`, {
    hint: 'see who owns it and the folders above it',
  });
}
