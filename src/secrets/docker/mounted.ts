import { join, sep } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { Diagnosis } from '../../model/provider.ts';
import type { SecretContext, SecretValue } from '../../model/secret.ts';
import { MAX_SECRET_FILE_BYTES } from '../own-file.ts';
import { toSecretValue } from '../value.ts';

/**
 * A secret that an engine mounted in a folder. Owner and mode are the engine's business: Swarm gives them to root to
 * be read by all, Compose leaves them as on its host. Links may go around inside the folder, as Kubernetes has them.
 */
export async function readMounted(folder: string, name: string, ctx: SecretContext): Promise<SecretValue> {
  const what = `docker "${name}"`;
  return toSecretValue(await orFailure(what, ctx, async () => readInside(folder, name, what, ctx)), what);
}

async function readInside(
  folder: string,
  name: string,
  what: string,
  ctx: SecretContext,
): Promise<Uint8Array> {
  const { files } = ctx.system;
  const real = await files.realPath(join(folder, name));
  if (!real.startsWith((await files.realPath(folder)) + sep)) {
    throw unsafe(`${what} is a link to what is not in "${folder}"`);
  }
  const { kind, size } = await files.stat(real);
  if (kind !== 'file') throw unsafe(`${what} is no ordinary file`);
  if (size > MAX_SECRET_FILE_BYTES) {
    throw new McpformError('SECRET_TOO_LARGE', `${what} is larger than any secret`, {
      hint: 'keep large files as files, and their path in a variable',
    });
  }
  return await files.read(real);
}

/** Whether the folder and the secrets are there; reads none. */
export async function diagnoseMounted(
  folder: string,
  names: readonly string[],
  ctx: SecretContext,
): Promise<Diagnosis> {
  const check = 'secrets docker';
  const there = await namesIn(folder, ctx);
  const missing = [...new Set(names)].filter((name) => there?.includes(name) !== true);
  const hint = 'give the container of mcpform these secrets';
  if (there === null) {
    const detail = `"${folder}" cannot be read: no container with secrets`;
    return names.length === 0 ? { check, state: 'ok', detail } : { check, state: 'failed', detail, hint };
  }
  if (missing.length === 0) return { check, state: 'ok', detail: `"${folder}" has ${there.length} entries` };
  return { check, state: 'failed', detail: `"${folder}" has no ${missing.join(', ')}`, hint };
}

async function namesIn(folder: string, ctx: SecretContext): Promise<readonly string[] | null> {
  try {
    return await ctx.system.files.list(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return null;
    throw error;
  }
}

function unsafe(message: string): McpformError {
  return new McpformError('SECRET_UNSAFE', message, { hint: 'mount the secret itself' });
}

async function orFailure<T>(what: string, { platform }: SecretContext, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
      throw new McpformError('SECRET_NOT_FOUND', `${what} is not mounted here`, {
        hint:
          platform === 'linux'
            ? 'give it to the container in which mcpform runs'
            : 'it is there only in a Linux container in which mcpform runs',
      });
    }
    if (isErrno(error, 'EACCES', 'EPERM')) {
      throw new McpformError('SECRET_DENIED', `${what} may not be read (${error.code})`, {
        hint: 'give it to the user as whom mcpform runs in the container',
      });
    }
    throw error;
  }
}
