import { isErrno, McpformError } from '../model/error.ts';
import { MAX_SECRET_BYTES, type SecretContext } from '../model/secret.ts';

/** What is encrypted, armored for many recipients, is not much larger than a secret may be. */
const MAX_SEALED_BYTES = 16 * MAX_SECRET_BYTES;

/** An encrypted file, as it is. Throws SECRET_NOT_FOUND, SECRET_TOO_LARGE, SECRET_BACKEND_FAILED, SECRET_DENIED. */
export async function readSealed(file: string, what: string, ctx: SecretContext): Promise<Uint8Array> {
  const { files } = ctx.system;
  try {
    const { kind, size } = await files.stat(await files.realPath(file));
    // A pipe would let us wait for ever.
    if (kind !== 'file') {
      throw new McpformError('SECRET_BACKEND_FAILED', `${what} is no regular file`, {
        hint: 'name the encrypted file itself',
      });
    }
    if (size > MAX_SEALED_BYTES) {
      throw new McpformError(
        'SECRET_TOO_LARGE',
        `${what}: the file has more than ${MAX_SEALED_BYTES / 1024} KiB`,
        {
          hint: 'keep large files as files, and their path in a variable',
        },
      );
    }
    return await files.read(file);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
      throw new McpformError('SECRET_NOT_FOUND', `${what}: there is no such file`, {
        hint: 'put it there first, or correct the path in the manifest',
      });
    }
    if (isErrno(error, 'EACCES', 'EPERM', 'ELOOP', 'EIO')) {
      throw new McpformError('SECRET_DENIED', `${what} cannot be read (${error.code})`, {
        hint: 'see who owns it and the folders above it',
      });
    }
    throw error;
  }
}
