import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';

/** What the manifest says, with the defaults of the schema. */
export interface VaultLocator {
  /** Below the mount's `data/`, percent-encoded. */
  readonly path: string;
  readonly mount: string;
  readonly field: string;
  readonly version: number | null;
  /** For people: `vault "secret/mcp/github" field "token"`. */
  readonly what: string;
}

/** Throws SECRET_NOT_FOUND for a path that is none. */
export function parseVaultLocator(argument: Json): VaultLocator {
  const { path, mount = 'secret', field, version } = isJsonObject(argument) ? argument : {};
  if (typeof path !== 'string' || typeof mount !== 'string' || typeof field !== 'string') {
    throw new Error('a vault secret has a path and a field');
  }
  const what = `vault "${mount}/${path}" field "${field}"`;
  return {
    path: encodePath(path, what),
    mount: encodePath(mount, what),
    field,
    version: typeof version === 'number' ? version : null,
    what,
  };
}

/** Part by part, so that none of them leads anywhere else: a server resolves `..` before it asks who may read. */
function encodePath(path: string, what: string): string {
  const parts = path.replace(/^\/|\/$/g, '').split('/');
  if (parts.some((part) => ['', '.', '..'].includes(part)) || /\p{Surrogate}/u.test(path)) {
    throw new McpformError('SECRET_NOT_FOUND', `${what}: that is no path of a secret`, {
      hint: 'write it as `vault kv get` takes it, without empty parts, "." and ".."',
    });
  }
  return parts.map(encodeURIComponent).join('/');
}
