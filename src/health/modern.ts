import type { Health } from '../model/health.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { pruneJson } from './prune-json.ts';
import { METHOD_NOT_FOUND } from './rpc-error.ts';
import { Broken, type Trouble } from './trouble.ts';

/**
 * The revision that has no `initialize`: every request says for itself who asks, and how.
 * https://modelcontextprotocol.io/specification/2026-07-28
 */
export const MODERN_VERSION = '2026-07-28';

export const MODERN_VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/** What every request of that revision carries. */
export function modernMeta(client: { readonly name: string; readonly version: string }): JsonObject {
  return {
    [MODERN_VERSION_KEY]: MODERN_VERSION,
    'io.modelcontextprotocol/clientInfo': { ...client },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
}

/** What a server says of itself when it is asked `server/discover`. Throws `Broken`. */
export function readDiscovered(
  found: JsonObject,
): Pick<Health, 'protocolVersion' | 'serverInfo' | 'capabilities'> {
  const { supportedVersions, capabilities, _meta: meta } = found;
  const offered = Array.isArray(supportedVersions) ? supportedVersions.slice(0, 10).map(String) : [];
  if (!offered.includes(MODERN_VERSION)) throw new Broken({ kind: 'protocol', offered });
  const info = isJsonObject(meta) ? meta['io.modelcontextprotocol/serverInfo'] : null;
  const { name = '', version = '' } = isJsonObject(info) ? info : {};
  return {
    protocolVersion: MODERN_VERSION,
    serverInfo: { name: String(name), version: String(version) },
    capabilities: isJsonObject(capabilities) ? pruneJson(capabilities) : {},
  };
}

/** Whether an answer to `initialize` is that of a server which has only revisions without it. */
export function isModernOnly(trouble: Trouble): boolean {
  if (trouble.kind !== 'answer') return false;
  return trouble.supported?.includes(MODERN_VERSION) ?? trouble.code === METHOD_NOT_FOUND;
}
