import { McpformError } from '../../../model/error.ts';
import { isJsonObject } from '../../../model/json.ts';

/** An answer that is a list of objects; each has at least the field `key`. Go says null for an empty list. */
export function listOf<T>(value: unknown, key: string, doing: string): readonly T[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw unreadable(doing);
  return value.map((item) => objectOf<T>(item, key, doing));
}

/** An answer that is an object, and has a text in the field `key`. The rest of it is believed. */
export function objectOf<T>(value: unknown, key: string, doing: string): T {
  if (isJsonObject(value) && typeof value[key] === 'string') return value as T;
  throw unreadable(doing);
}

function unreadable(doing: string): McpformError {
  return new McpformError('ENGINE_FAILED', `what was answered to "${doing}" cannot be read`, {
    hint: 'see whether it is a container engine that listens there, and which release',
  });
}
