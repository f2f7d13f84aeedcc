import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Path } from './problem.ts';

/**
 * Later over earlier: maps merge deeply, lists and scalars replace, `null` removes what an earlier document
 * has. A `null` that removes nothing stays, and is judged like any other value.
 */
export function mergeDocuments(documents: readonly Json[]): Json {
  return documents.reduce(merge);
}

function merge(earlier: Json, later: Json): Json {
  if (!isJsonObject(earlier) || !isJsonObject(later)) return later;
  const merged: Record<string, Json> = { ...earlier };
  for (const key of Object.keys(later)) {
    const value = later[key] as Json;
    if (!Object.hasOwn(merged, key)) merged[key] = value;
    else if (value === null) delete merged[key];
    else merged[key] = merge(merged[key] as Json, value);
  }
  return merged;
}

/**
 * Which document a place of the merged one comes from: the last that has it, or has the nearest place above
 * it. Index into `documents`.
 */
export function originOf(documents: readonly Json[], path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    for (let index = documents.length - 1; index >= 0; index -= 1) {
      const value = valueAt(documents[index] as Json, part);
      if (value !== undefined && (value !== null || documents.length === 1)) return index;
    }
    for (let index = documents.length - 1; index >= 0; index -= 1) {
      if (valueAt(documents[index] as Json, part) !== undefined) return index;
    }
  }
  return 0;
}

export function valueAt(document: Json, path: Path): Json | undefined {
  let value: Json | undefined = document;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isJsonObject(value) && Object.hasOwn(value, key)) value = (value as JsonObject)[key];
    else return undefined;
  }
  return value;
}
