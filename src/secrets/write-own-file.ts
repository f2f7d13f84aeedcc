import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { SecretContext } from '../model/secret.ts';
import { checkOwnFile, type OwnFile, refuseLink } from './own-file.ts';

/**
 * Creates or replaces a file that `readOwnFile` then reads: as a whole, durable, for us alone (0600). Its folder must
 * be there. Throws what `readOwnFile` throws, and SECRET_BACKEND_FAILED when it cannot be written; then all is as it was.
 */
export async function writeOwnFile(file: OwnFile, text: string, ctx: SecretContext): Promise<void> {
  const { files } = ctx.system;
  await checkPlace(file, ctx);
  const temporary = `${file.path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await files.create(temporary, text, { mode: 0o600, sync: true });
    await files.rename(temporary, file.path);
    await files.syncFolder(dirname(file.path));
  } catch (error) {
    await files.remove(temporary).catch(() => undefined);
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw failure(file.what, error.code, 'make its folder writable for you, and run the command again');
  }
}

/** What is there must be ours to replace; where nothing is, the folder must be there, and through no link. */
async function checkPlace(file: OwnFile, ctx: SecretContext): Promise<void> {
  try {
    await checkOwnFile(file, ctx);
  } catch (error) {
    if (!(error instanceof McpformError && error.code === 'SECRET_NOT_FOUND')) throw error;
    const folder = dirname(file.path);
    refuseLink(folder, await realFolder(folder, file, ctx), `the folder of ${file.what}`, ctx);
  }
}

async function realFolder(folder: string, { what }: OwnFile, ctx: SecretContext): Promise<string> {
  try {
    return await ctx.system.files.realPath(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw failure(what, error.code, `make the folder "${folder}" first`);
  }
}

function failure(what: string, code: unknown, hint: string): McpformError {
  return new McpformError('SECRET_BACKEND_FAILED', `${what} could not be written (${String(code)})`, {
    hint,
  });
}
