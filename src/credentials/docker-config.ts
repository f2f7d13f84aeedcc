import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';

/**
 * The parts of Docker's `config.json` that say who we are to a registry. Values are as written: only the entry that
 * is used is looked at.
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export interface DockerConfig {
  readonly path: string;
  readonly auths: JsonObject;
  readonly credHelpers: JsonObject;
  readonly credsStore: string | null;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`; null when there is none. */
export async function readDockerConfig(ctx: Context): Promise<DockerConfig | null> {
  const folder = ctx.env['DOCKER_CONFIG'] || join(ctx.home, '.docker');
  const path = join(folder, 'config.json');
  const text = await readText(path, ctx);
  if (text === null) return null;
  const config = parse(text, path);
  const objectAt = (key: string): JsonObject => {
    const value = config[key] ?? {};
    return isJsonObject(value) ? value : {};
  };
  const store = config['credsStore'];
  return {
    path,
    auths: objectAt('auths'),
    credHelpers: objectAt('credHelpers'),
    credsStore: typeof store === 'string' && store !== '' ? store : null,
  };
}

function parse(text: string, path: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // Without the cause: V8 quotes the text, and in it are passwords.
    throw unreadable(path, 'is not JSON');
  }
  if (!isJsonObject(value)) throw unreadable(path, 'is not a JSON object');
  return value;
}

async function readText(path: string, { system }: Context): Promise<string | null> {
  try {
    const { size } = await system.files.stat(await system.files.realPath(path));
    if (size > MAX_BYTES) throw unreadable(path, `has ${size} bytes`);
    return (await system.files.read(path)).toString('utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    if (isErrno(error, 'EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'EIO')) throw unreadable(path, 'cannot be read');
    throw error;
  }
}

export function unreadable(path: string, what: string): McpformError {
  return new McpformError('RESOLVE_DOCKER_CONFIG', `Docker's configuration "${path}" ${what}`, {
    hint: 'repair it, log in again with `docker login`, or name another folder in DOCKER_CONFIG',
    at: { file: path },
  });
}
