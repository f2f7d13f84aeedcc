import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';

/** An entry of LastPass and one of its fields. */
export interface Entry {
  /** Its name, with or without its folder, or its id. */
  readonly name: string;
  readonly field: string;
  /** For messages. */
  readonly what: string;
}

export function toEntry(argument: Json): Entry {
  const { name, field = 'password' } = isJsonObject(argument) ? argument : {};
  if (typeof name !== 'string' || typeof field !== 'string') {
    throw new McpformError('SECRET_INVALID', 'LastPass: that names no entry', {
      hint: 'write { name: …, field: … }',
    });
  }
  return { name, field, what: `LastPass "${name}" (${field})` };
}

/** How `lpass` is told which field: the ones that every entry has are options of their own. */
export function toOption(field: string): string {
  return EVERYWHERE.includes(field) ? `--${field}` : `--field=${field}`;
}

const EVERYWHERE: readonly string[] = ['password', 'username', 'url', 'notes'];
