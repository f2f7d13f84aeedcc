import { describeSchemaErrors, type SchemaProblem } from '../formats/yaml-schema.ts';
import type { Code } from '../model/codes.ts';
import { fromPointer, type Json, type Pointer } from '../model/json.ts';
import type { ManifestDocument } from '../schema/manifest.types.ts';
import { validateManifest } from '../schema/manifest.validate.js';
import type { SchemaError } from '../schema/schema-error.ts';
import type { Problems } from './problem.ts';

const CODES: Readonly<Record<SchemaProblem['kind'], Code>> = {
  'unknown-key': 'MANIFEST_UNKNOWN_KEY',
  'missing-key': 'MANIFEST_MISSING_KEY',
  name: 'MANIFEST_NAME',
  type: 'MANIFEST_WRONG_TYPE',
  value: 'MANIFEST_WRONG_VALUE',
};

/**
 * The document, checked against the schema. A text that came from a variable stands for a number or a switch
 * where the schema wants one: `port: ${var.port}`.
 */
export function checkSchema(
  document: Json,
  substituted: ReadonlySet<Pointer>,
  problems: Problems,
): ManifestDocument {
  if (validateManifest(document)) return document;
  const errors = validateManifest.errors ?? [];
  const converted = convert(document, errors, substituted);
  if (converted !== document && validateManifest(converted)) return converted as unknown as ManifestDocument;
  const left = converted === document ? errors : (validateManifest.errors ?? []);
  for (const { kind, path, part, message, hint } of describeSchemaErrors(left)) {
    problems.error(CODES[kind], path, message, { part, hint });
  }
  return converted as unknown as ManifestDocument;
}

function convert(document: Json, errors: readonly SchemaError[], substituted: ReadonlySet<Pointer>): Json {
  let converted = document;
  for (const { keyword, instancePath, params, data } of errors) {
    if (keyword !== 'type' || typeof data !== 'string' || !substituted.has(instancePath)) continue;
    const value = toType([params['type']].flat() as string[], data);
    if (value !== null) converted = replaceAt(converted, fromPointer(instancePath), value);
  }
  return converted;
}

function toType(types: readonly string[], text: string): number | boolean | null {
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  const isNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(text);
  return isNumber && (types.includes('integer') || types.includes('number')) ? Number(text) : null;
}

function replaceAt(document: Json, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(document))
    return document.with(Number(key), replaceAt(document[Number(key)], rest, value));
  const map = document as Readonly<Record<string, Json>>;
  return { ...map, [key]: replaceAt(map[key] as Json, rest, value) };
}
