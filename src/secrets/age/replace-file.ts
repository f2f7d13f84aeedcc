import { basename, dirname, join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { SecretContext } from '../../model/secret.ts';

/**
 * Puts a file (mode 0600) where one is or is not, so that whoever looks sees the old one or the new one, and what a
 * link leads to is replaced, not the link. Unlike a file that holds a secret in clear, it may lie in a repository, where
 * others can read it. Throws SECRET_BACKEND_FAILED; one of the two is there whole then, too.
 */
export async function replaceFile(
  file: string,
  content: string,
  what: string,
  ctx: SecretContext,
): Promise<void> {
  const { files, processes } = ctx.system;
  try {
    const target = await files.realPath(file).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return file;
      throw error;
    });
    const folder = dirname(target);
    const { pid } = await processes.identity();
    const beside = join(folder, `.${basename(target)}.${pid}.${ctx.system.clock.now()}`);
    try {
      await files.create(beside, content, { mode: 0o600, sync: true });
      await files.rename(beside, target);
    } catch (error) {
      await files.remove(beside).catch(() => undefined);
      throw error;
    }
    await files.syncFolder(folder);
  } catch (error) {
    if (!isErrno(error, ...FAULTS)) throw error;
    throw new McpformError('SECRET_BACKEND_FAILED', `${what} cannot be written (${error.code})`, {
      hint: 'see whether its folder is there, and is yours to write in',
    });
  }
}

const FAULTS = [
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ELOOP',
  'EIO',
];
