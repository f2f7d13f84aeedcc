import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../../model/context.ts';
import { isErrno, McpformError } from '../../../model/error.ts';
import { isJsonObject, type JsonObject } from '../../../model/json.ts';

/** Where the docker command keeps what it knows. */
export function dockerFolder({ env, home }: Context): string {
  return env['DOCKER_CONFIG'] || join(home, '.docker');
}

/** What `docker context use` chose; null when nothing was. */
export async function chosenContext(ctx: Context): Promise<string | null> {
  const config = await readJson(join(dockerFolder(ctx), 'config.json'), ctx);
  const name = config?.['currentContext'];
  return typeof name === 'string' && name !== '' ? name : null;
}

export interface DockerContext {
  /** As in DOCKER_HOST; null when it names none. */
  readonly host: string | null;
  readonly skipsVerification: boolean;
  readonly tlsFolder: string;
}

/**
 * Null when there is no such context.
 * https://github.com/docker/cli/blob/master/cli/context/store/store.go
 */
export async function readContext(name: string, ctx: Context): Promise<DockerContext | null> {
  const folder = join(dockerFolder(ctx), 'contexts');
  const id = hash('sha256', name);
  const meta = await readJson(join(folder, 'meta', id, 'meta.json'), ctx);
  if (meta === null) return null;
  const endpoints = meta['Endpoints'];
  const docker = isJsonObject(endpoints) ? endpoints['docker'] : undefined;
  const { Host: host, SkipTLSVerify: skips } = isJsonObject(docker) ? docker : {};
  return {
    host: typeof host === 'string' && host !== '' ? host : null,
    skipsVerification: skips === true,
    tlsFolder: join(folder, 'tls', id, 'docker'),
  };
}

/** The names of all contexts but `default`, which has no files. */
export async function listContexts(ctx: Context): Promise<readonly string[]> {
  const folder = join(dockerFolder(ctx), 'contexts/meta');
  try {
    const ids = await ctx.system.files.list(folder);
    const metas = await Promise.all(
      ids.map((id) => readJson(join(folder, id, 'meta.json'), ctx).catch(() => null)),
    );
    return metas.flatMap((meta) => (typeof meta?.['Name'] === 'string' ? [meta['Name']] : [])).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

/** A file's text; null when there is none. */
export async function readFile(path: string, ctx: Context): Promise<string | null> {
  try {
    return (await ctx.system.files.read(path)).toString('utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    if (isErrno(error, 'EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'EIO')) throw unreadable(path, 'cannot be read');
    throw error;
  }
}

async function readJson(path: string, ctx: Context): Promise<JsonObject | null> {
  const text = await readFile(path, ctx);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // Without the cause: V8 quotes the text, and there may be passwords in it.
    throw unreadable(path, 'is not JSON');
  }
  if (!isJsonObject(value)) throw unreadable(path, 'is not a JSON object');
  return value;
}

function unreadable(path: string, what: string): McpformError {
  return new McpformError('ENGINE_CONTEXT', `"${path}", which says where the engine is, ${what}`, {
    hint: 'repair it, or say with DOCKER_HOST where the engine is',
    at: { file: path },
  });
}
