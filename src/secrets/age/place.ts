import { isJsonObject, type Json } from '../../model/json.ts';

/** What the manifest says of a secret in a file of age; both paths are absolute. */
export interface AgePlace {
  readonly file: string;
  /** Absent: the machine's. */
  readonly identity?: string;
}

/** The schema has checked it. */
export function agePlace(argument: Json): AgePlace {
  if (!isJsonObject(argument)) throw new Error('the argument of "age" is no object');
  const { file, identity } = argument;
  if (typeof file !== 'string') throw new Error('the argument of "age" names no file');
  return { file, ...(typeof identity === 'string' ? { identity } : {}) };
}
