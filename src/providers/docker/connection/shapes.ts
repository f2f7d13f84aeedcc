import { McpformError } from '../../../model/error.ts';
import { isJsonObject } from '../../../model/json.ts';

/** An answer that is a list of objects; each has at least the text `key`. Go says null for an empty list. */
export function listOf<T>(value: unknown, key: string, doing: string): readonly T[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw answerUnreadable(doing);
  return value.map((item) => objectOf<T>(item, key, doing));
}

/** An answer that is an object, and has the text `key`. The rest of it is believed. */
export function objectOf<T>(value: unknown, key: string, doing: string): T {
  if (isJsonObject(value) && typeof value[key] === 'string') return value as T;
  throw answerUnreadable(doing);
}

export function answerUnreadable(doing: string): McpformError {
  return new McpformError('ENGINE_FAILED', `the engine was to ${doing}, and its answer cannot be read`, {
    hint: 'see whether it is a container engine that listens there, and of which release',
  });
}
