import { McpformError } from '../../model/error.ts';
import type { JsonObject } from '../../model/json.ts';
import { fieldText, keepsNumbers, parseJsonObject } from '../parse-answer.ts';

/** The text itself, or what a key of it holds. Throws SECRET_NOT_FOUND and SECRET_INVALID. */
export function pickKey(
  text: Uint8Array | string,
  { key, what }: { readonly key: string | null; readonly what: string },
): Uint8Array | string {
  return key === null ? text : fieldText(requireObject(text, what), key, what);
}

/** The JSON object with another value for one key. Throws SECRET_INVALID and SECRET_NOT_WRITABLE. */
export function replaceKey(
  text: Uint8Array | string,
  { key, value, what }: { readonly key: string; readonly value: string; readonly what: string },
): string {
  const fields = requireObject(text, what);
  if (keepsNumbers(fields)) return JSON.stringify({ ...fields, [key]: value });
  throw new McpformError('SECRET_NOT_WRITABLE', `${what}: another key has a number too large to keep`, {
    hint: 'write the whole secret with the `aws` program',
  });
}

function requireObject(text: Uint8Array | string, what: string): JsonObject {
  const fields = parseJsonObject(text);
  if (fields !== null) return fields;
  throw new McpformError('SECRET_INVALID', `${what}: what is there is no JSON object`, {
    hint: 'take "key" out of the manifest, or keep a JSON object there',
  });
}
