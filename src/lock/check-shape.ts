import { describeSchemaErrors } from '../formats/yaml-schema.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { LockDocument } from '../schema/lock.types.ts';
import { validateLock } from '../schema/lock.validate.js';
import { type Problem, restoreHint } from './lock-problems.ts';

/** The document when it has the shape of a lock, else what is wrong with it. */
export function checkShape(value: Json): LockDocument | readonly Problem[] {
  if (validateLock(value)) return value;
  return describeSchemaErrors(validateLock.errors ?? []).map(
    ({ kind, path, part, message, hint }): Problem => {
      // Only entries have a closed set of keys. What an older tool does not know it would lose when it writes.
      if (kind === 'unknown-key') {
        const next = 'update mcpform: `npm install -g mcpform`; or, if somebody typed it, remove the line';
        return {
          code: 'LOCK_NEWER',
          path,
          part,
          message,
          hint: hint === undefined ? next : `${hint} Or ${next}`,
        };
      }
      const why = hint ?? shapeHint(at(value, path));
      const restore = restoreHint(path);
      return {
        code: 'LOCK_INVALID',
        path,
        part,
        message,
        hint: why === null ? restore : `${why}: ${restore}`,
      };
    },
  );
}

function at(value: Json, path: readonly string[]): Json | undefined {
  let place: Json | undefined = value;
  for (const key of path) place = isJsonObject(place) ? place[key] : undefined;
  return place;
}

/** What exactly is wrong with a digest; the message says how it should be. */
function shapeHint(value: Json | undefined): string | null {
  if (typeof value !== 'string') return null;
  if (value.length > 640) return `it has ${value.length} characters`;
  const digest = /(?:^|@)(sha\d+)([:-])([^@]*)$/i.exec(value);
  if (digest === null) return value.includes('/') && !value.includes('@') ? 'it has no digest' : null;
  const [, algorithm = '', separator, text = ''] = digest;
  if (separator === '-')
    return `there are ${text.length} characters of base64, or some that it does not have`;
  if (algorithm !== 'sha256') return `the algorithm is "${algorithm}"`;
  if (/[A-F]/.test(text)) return 'the hex digits are in upper case';
  if (!/^[0-9a-f]*$/.test(text)) return 'there is something else than hex digits in it';
  return text.length === 64 ? null : `there are ${text.length} hex digits`;
}
