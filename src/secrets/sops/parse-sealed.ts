import { parseYaml } from '../../formats/yaml-parse.ts';
import { McpformError } from '../../model/error.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { formatOf } from './place.ts';

/** An encrypted file: SOPS leaves its keys and its own words in clear. */
export interface SealedFile {
  readonly text: string;
  /** Null where there are no maps in maps: `.env` and `.ini`. */
  readonly tree: JsonObject | null;
}

/** Throws SECRET_BACKEND_FAILED when it is no file that SOPS has encrypted. */
export function parseSealed(bytes: Uint8Array, file: string, what: string): SealedFile {
  const text = Buffer.from(bytes).toString('utf8');
  const format = formatOf(file);
  if (format === 'dotenv' || format === 'ini') {
    if (/^\s*(?:sops_mac\s*=|\[sops\])/m.test(text)) return { text, tree: null };
    throw notSealed(what);
  }
  const value = format === 'yaml' ? parseYaml(bytes, file).value : parseJson(text);
  if (!isJsonObject(value) || !isJsonObject(value['sops'])) throw notSealed(what);
  return { text, tree: value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notSealed(what: string): McpformError {
  return new McpformError(
    'SECRET_BACKEND_FAILED',
    `${what}: the file is damaged, or not encrypted with SOPS`,
    {
      hint: 'see whether `sops --decrypt` reads it; encrypt it in place with `sops --encrypt --in-place`',
    },
  );
}
