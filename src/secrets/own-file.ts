import { isAbsolute, join, resolve } from 'node:path';
import { isErrno, McpformError } from '../model/error.ts';
import { MAX_SECRET_BYTES, type SecretContext } from '../model/secret.ts';
import type { FileStat } from '../model/system.ts';
import { keyStoreAt } from '../policy/key-store.ts';
import { checkOwner } from './check-owner.ts';

export interface OwnFile {
  /** Absolute. */
  readonly path: string;
  /** What is asked for, for messages: `file "/srv/token"`. */
  readonly what: string;
  readonly maxBytes: number;
}

/** What is around a secret in its own file: a final line end. */
const LINE_END_BYTES = 2;

/** The most that a file which holds only a secret may have, in bytes. */
export const MAX_SECRET_FILE_BYTES = MAX_SECRET_BYTES + LINE_END_BYTES;

/**
 * The bytes of a file that is this person's own and no store of keys: whoever writes a manifest could else have
 * anything read that this person can read. Throws SECRET_UNSAFE, SECRET_NOT_FOUND, SECRET_TOO_LARGE, SECRET_DENIED and
 * SECRET_BACKEND_FAILED.
 */
export async function readOwnFile(file: OwnFile, ctx: SecretContext): Promise<Uint8Array> {
  const before = await checkOwnFile(file, ctx);
  const bytes = await orFailure(file, () => ctx.system.files.read(file.path));
  const after = await orFailure(file, () => ctx.system.files.stat(file.path));
  if (after.inode !== before.inode || after.device !== before.device || bytes.length > file.maxBytes) {
    throw unsafe(`${file.what} was replaced while it was read`, 'run the command again');
  }
  return bytes;
}

/** All that `readOwnFile` looks at before it reads. */
export async function checkOwnFile(file: OwnFile, ctx: SecretContext): Promise<FileStat> {
  const { path, what, maxBytes } = file;
  refuseKeyStore(path, what, ctx);
  const real = await orFailure(file, () => ctx.system.files.realPath(path));
  refuseKeyStore(real, what, ctx);
  refuseLink(path, real, what, ctx);
  const stat = await orFailure(file, () => ctx.system.files.stat(real));
  if (stat.kind !== 'file') throw unsafe(`${what} is no ordinary file`, 'keep the secret in a plain file');
  await checkOwner(stat, file, ctx);
  if (stat.size > maxBytes) {
    throw new McpformError('SECRET_TOO_LARGE', `${what} has more than ${Math.floor(maxBytes / 1024)} KiB`, {
      hint: 'keep large files as files, and their path in a variable',
    });
  }
  return stat;
}

function refuseKeyStore(path: string, what: string, { home, env }: SecretContext): void {
  const folders = [env['XDG_STATE_HOME'], env['XDG_DATA_HOME']]
    .filter((base) => base !== undefined && isAbsolute(base))
    .map((base) => join(base ?? '', 'mcpform'));
  const store = keyStoreAt(path, home, folders);
  if (store === null) return;
  throw unsafe(
    `${what} is ${store}: mcpform does not hand it to a server`,
    'make a credential for the server alone, or ask the store through a backend made for it',
  );
}

/**
 * A repository may hold a link to whatever its author knows the path of. Windows has several spellings of one path,
 * which are no links.
 */
export function refuseLink(path: string, real: string, what: string, { platform }: SecretContext): void {
  const plain = (each: string): string =>
    platform === 'win32' ? resolve(each).toLowerCase() : resolve(each);
  if (plain(real) === plain(path)) return;
  throw unsafe(`${what} is reached through a link`, `write the real path "${real}"`);
}

function unsafe(message: string, hint: string): McpformError {
  return new McpformError('SECRET_UNSAFE', message, { hint });
}

async function orFailure<T>({ what }: OwnFile, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
      throw new McpformError('SECRET_NOT_FOUND', `${what} is not there`, {
        hint: 'put the value there first, readable by you alone, or correct the path',
      });
    }
    if (isErrno(error, 'EACCES', 'EPERM')) {
      throw new McpformError('SECRET_DENIED', `${what} may not be read (${error.code})`, {
        hint: 'the file and the folders around it must be yours',
      });
    }
    if (isErrno(error, 'ELOOP')) throw unsafe(`${what} is reached through links without end`, 'remove them');
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new McpformError('SECRET_BACKEND_FAILED', `${what} could not be read (${String(error.code)})`, {
      hint: 'see whether the disk is sound',
    });
  }
}
