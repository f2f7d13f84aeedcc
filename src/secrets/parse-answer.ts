import { McpformError } from '../model/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/** A JSON object, and null for anything else. */
export function parseJsonObject(text: Uint8Array | string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString());
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** A member that is there by itself and an object; null otherwise. */
export function objectAt(value: JsonObject | null, key: string): JsonObject | null {
  const member = value !== null && Object.hasOwn(value, key) ? value[key] : null;
  return isJsonObject(member) ? member : null;
}

/** A member that is there by itself and a text that is not empty; null otherwise. */
export function textAt(value: JsonObject | null, key: string): string | null {
  const member = value !== null && Object.hasOwn(value, key) ? value[key] : null;
  return typeof member === 'string' && member !== '' ? member : null;
}

/**
 * The text of one field of a JSON object that keeps several secrets. Numbers and booleans count as what JSON writes.
 * Throws SECRET_NOT_FOUND, and SECRET_INVALID for a list, an object, null, and a number that JavaScript cannot hold.
 */
export function fieldText(fields: JsonObject, field: string, what: string): string {
  if (!Object.hasOwn(fields, field)) {
    throw new McpformError('SECRET_NOT_FOUND', `${what}: there is no "${field}"`, {
      hint: 'see how the field is spelt there',
    });
  }
  const value = fields[field];
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && isExact(value))) return String(value);
  throw new McpformError('SECRET_INVALID', `${what}: "${field}" is no text`, {
    hint: 'keep it there as text, in quotes',
  });
}

/** Whether all numbers in it are what was written, so that it can be written again. */
export function keepsNumbers(value: Json): boolean {
  if (typeof value === 'number') return isExact(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(keepsNumbers);
}

/** Large ones lose their last digits on the way. */
function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
}
