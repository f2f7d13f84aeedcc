import { join } from 'node:path';
import { escapeText } from '../../formats/escape.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';

/** Where the store is: `$PASSWORD_STORE_DIR`, else `~/.password-store`. */
export function storeFolder({ home, env }: SecretContext): string {
  return env['PASSWORD_STORE_DIR'] || join(home, '.password-store');
}

/** What people say for an entry in messages. */
export const named = (name: string): string => `pass "${escapeText(name)}"`;

/** Whether pass could take the name for something else: an option, or a path out of its store. */
export function checkName(name: string): void {
  const isOption = name.startsWith('-');
  const leavesStore = name.split('/').includes('..');
  if (!isOption && !leavesStore && !/[\0\n]/.test(name)) return;
  throw new McpformError('SECRET_INVALID', `${named(name)}: no entry can have this name`, {
    hint: 'write its name as `pass ls` shows it, from the top of the store, without a leading "-"',
  });
}

/**
 * Whether the entry is there. pass itself prints what is in a folder, successfully, when it is asked for one; that
 * would pass for the secret. Throws SECRET_NOT_FOUND when there is no store at all.
 */
export async function hasEntry(name: string, ctx: SecretContext): Promise<boolean> {
  if ((await kindOf(storeFolder(ctx), ctx)) !== 'folder') {
    throw new McpformError('SECRET_NOT_FOUND', `${named(name)}: there is no password store`, {
      hint: 'make one with `pass init GPG-ID`, or say where yours is with PASSWORD_STORE_DIR and approve again',
    });
  }
  return (await kindOf(join(storeFolder(ctx), `${name}.gpg`), ctx)) === 'file';
}

export async function isFolder(name: string, ctx: SecretContext): Promise<boolean> {
  return (await kindOf(join(storeFolder(ctx), name), ctx)) === 'folder';
}

export async function kindOf(path: string, { system: { files } }: SecretContext): Promise<string | null> {
  try {
    return (await files.stat(await files.realPath(path))).kind;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG')) return null;
    throw error;
  }
}
