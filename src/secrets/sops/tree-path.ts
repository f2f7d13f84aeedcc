import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { SealedFile } from './parse-sealed.ts';
import { formatOf, type SopsPlace } from './place.ts';

/** A key of a map, or a place in a list. */
export type Part = string | number;

/**
 * The keys to a value that is there. Keys may have dots themselves (`data.tls.crt`): the shortest key that leads to the
 * value counts. In `.env` there is one key; in `.ini` what is before the last dot is the section, `DEFAULT` by itself.
 * Throws SECRET_NOT_FOUND, and SECRET_INVALID where a map or list is.
 */
export function findPath({ file, key }: SopsPlace, { tree }: SealedFile, what: string): readonly Part[] {
  if (tree === null) return flatPath(file, key);
  const { sops: _, ...data } = tree;
  const path = walk(data, key.split('.'));
  if (path === null) {
    throw new McpformError('SECRET_NOT_FOUND', `${what}: the file has no such key`, {
      hint: 'correct the key in the manifest, or add it with `sops edit`',
    });
  }
  const value = path.reduce<Json | undefined>((at, part) => memberOf(at, part), data);
  if (typeof value !== 'object' || value === null) return path;
  throw new McpformError(
    'SECRET_INVALID',
    `${what} is a ${Array.isArray(value) ? 'list' : 'map'}, not one value`,
    {
      hint: 'name a key further down, or keep the value as one text',
    },
  );
}

/** The keys to a value that is or will be there: what nobody has yet is split at its dots. */
export function placePath(place: SopsPlace, sealed: SealedFile, what: string): readonly Part[] {
  try {
    return findPath(place, sealed, what);
  } catch (error) {
    if (!(error instanceof McpformError) || error.code !== 'SECRET_NOT_FOUND') throw error;
    return place.key.split('.');
  }
}

/**
 * As SOPS reads a path: `["a"][0]`. It knows no escapes, needs none for quotes, and splits at every `[`: a key with
 * one cannot be reached. Throws SECRET_INVALID then.
 */
export function printPath(path: readonly Part[], what: string): string {
  if (path.some((part) => typeof part === 'string' && part.includes('['))) {
    throw new McpformError('SECRET_INVALID', `${what}: SOPS cannot reach a key that has "["`, {
      hint: 'give the key another name',
    });
  }
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `["${part}"]`)).join('');
}

function flatPath(file: string, key: string): readonly Part[] {
  if (formatOf(file) === 'dotenv') return [key];
  const dot = key.lastIndexOf('.');
  return dot === -1 ? ['DEFAULT', key] : [key.slice(0, dot), key.slice(dot + 1)];
}

function walk(at: Json | undefined, words: readonly string[]): readonly Part[] | null {
  if (words.length === 0) return [];
  for (let taken = 1; taken <= words.length; taken++) {
    const part = partOf(at, words.slice(0, taken).join('.'));
    if (part === null) continue;
    const rest = walk(memberOf(at, part), words.slice(taken));
    if (rest !== null) return [part, ...rest];
  }
  return null;
}

function partOf(at: Json | undefined, word: string): Part | null {
  if (Array.isArray(at)) return /^\d{1,6}$/.test(word) && Number(word) < at.length ? Number(word) : null;
  return isJsonObject(at) && Object.hasOwn(at, word) ? word : null;
}

function memberOf(at: Json | undefined, part: Part): Json | undefined {
  if (Array.isArray(at)) return at[Number(part)];
  return isJsonObject(at) ? at[String(part)] : undefined;
}
