import { extname } from 'node:path';
import { isJsonObject, type Json } from '../../model/json.ts';

/** What the manifest says of a secret in a file of SOPS. */
export interface SopsPlace {
  /** Absolute. */
  readonly file: string;
  /** Keys, with dots. */
  readonly key: string;
}

/** How SOPS reads a file, which it tells from the end of its name. */
export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary';

/** The schema has checked it. */
export function sopsPlace(argument: Json): SopsPlace {
  if (!isJsonObject(argument)) throw new Error('the argument of "sops" is no object');
  const { file, key } = argument;
  if (typeof file !== 'string' || typeof key !== 'string') {
    throw new Error('the argument of "sops" names no file or key');
  }
  return { file, key };
}

/** Where the name says nothing it is any file, wrapped in JSON under the key `data`. */
export function formatOf(file: string): SopsFormat {
  switch (extname(`_${file}`)) {
    case '.yaml':
    case '.yml':
      return 'yaml';
    case '.json':
      return 'json';
    case '.env':
      return 'dotenv';
    case '.ini':
      return 'ini';
    default:
      return 'binary';
  }
}
