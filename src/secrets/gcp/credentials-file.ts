import { join } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { SecretContext } from '../../model/secret.ts';
import { parseJsonObject } from '../parse-answer.ts';

export interface CredentialsFile {
  readonly path: string;
  readonly content: JsonObject;
}

/**
 * What Google calls application default credentials: the file that somebody names, else the one that gcloud leaves.
 * Null: there is none. Throws SECRET_DENIED.
 */
export async function readCredentialsFile(what: string, ctx: SecretContext): Promise<CredentialsFile | null> {
  const named = ctx.env['GOOGLE_APPLICATION_CREDENTIALS'] || null;
  const path = named ?? join(configFolder(ctx), 'application_default_credentials.json');
  const bytes = await readOptional(path, { what, isNamed: named !== null }, ctx);
  if (bytes === null) return null;
  const content = parseJsonObject(bytes);
  if (content === null) throw denied(`${what}: "${path}" holds no credentials of Google`);
  return { path, content };
}

/** As gcloud finds it. */
function configFolder({ env, home, platform }: SecretContext): string {
  const set = env['CLOUDSDK_CONFIG'];
  if (set) return set;
  return platform === 'win32' && env['APPDATA']
    ? join(env['APPDATA'], 'gcloud')
    : join(home, '.config', 'gcloud');
}

async function readOptional(
  path: string,
  { what, isNamed }: { readonly what: string; readonly isNamed: boolean },
  { system }: SecretContext,
): Promise<Uint8Array | null> {
  try {
    return await system.files.read(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR')) throw error;
    if (!isNamed && isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw denied(`${what}: the credentials "${path}" cannot be read (${error.code})`);
  }
}

function denied(message: string): McpformError {
  return new McpformError('SECRET_DENIED', message, {
    hint: 'run `gcloud auth application-default login`, or correct GOOGLE_APPLICATION_CREDENTIALS',
  });
}
