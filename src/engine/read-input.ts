import type { Code } from '../model/codes.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Files } from '../model/system.ts';

/** Nobody's stack is this large; a file that is was named by mistake. */
export const maxInputBytes = 4 * 1024 * 1024;

/** Reads a text file that a person wrote; the error carries `code` and says what is wrong with the file. */
export async function readInput(path: string, code: Code, files: Files): Promise<Buffer> {
  const unreadable = (what: string, hint: string, cause?: unknown): McpformError =>
    new McpformError(code, `"${path}" ${what}`, { hint, at: { file: path }, cause });
  try {
    const { kind, size } = await files.stat(await files.realPath(path));
    if (kind === 'folder') throw unreadable('is a folder', 'name the file inside it');
    if (kind !== 'file') throw unreadable('is not a regular file', 'name a regular file');
    if (size > maxInputBytes) {
      throw unreadable(
        `has ${size} bytes, more than the ${maxInputBytes} that are read`,
        'is it the right file?',
      );
    }
    return await files.read(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw unreadable('does not exist', 'check the path', error);
    if (isErrno(error, 'EACCES', 'EPERM'))
      throw unreadable('may not be read', 'check its permissions', error);
    if (isErrno(error, 'ELOOP')) throw unreadable('is a link that leads nowhere', 'check the link', error);
    if (isErrno(error, 'EIO')) throw unreadable('could not be read', 'check the disk', error);
    throw error;
  }
}
