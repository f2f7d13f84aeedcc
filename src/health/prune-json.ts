import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

const MOST_DEPTH = 5;
const MOST_KEYS = 50;
const MOST_CHARACTERS = 200;

/** A stranger's object, of a size that may be kept: what is too deep, too many or too long is left out. */
export function pruneJson(object: JsonObject): JsonObject {
  return pruneObject(object, MOST_DEPTH);
}

function pruneObject(object: JsonObject, depth: number): JsonObject {
  const kept = Object.entries(object)
    .slice(0, MOST_KEYS)
    .filter(([key, value]) => isKept(key) && isKept(value) && (depth > 1 || !isDeep(value)));
  return Object.fromEntries(kept.map(([key, value]) => [key, prune(value, depth - 1)]));
}

function prune(value: Json, depth: number): Json {
  if (Array.isArray(value)) {
    const kept = value.slice(0, MOST_KEYS).filter((each) => isKept(each) && (depth > 1 || !isDeep(each)));
    return kept.map((each) => prune(each, depth - 1));
  }
  return isJsonObject(value) ? pruneObject(value, depth) : value;
}

function isKept(value: Json): boolean {
  return typeof value !== 'string' || value.length <= MOST_CHARACTERS;
}

function isDeep(value: Json): boolean {
  return typeof value === 'object' && value !== null;
}
