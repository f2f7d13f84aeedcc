import { closest, distance } from 'fastest-levenshtein';
import { fromPointer, type Json } from '../model/json.ts';
import type { SchemaError } from '../schema/schema-error.ts';
import { looksLikeSecret } from './redact.ts';

export interface SchemaProblem {
  readonly kind: 'unknown-key' | 'missing-key' | 'name' | 'type' | 'value';
  readonly path: readonly string[];
  readonly part: 'key' | 'value';
  /** Starts after the place: `expected text, found a number`. */
  readonly message: string;
  readonly hint?: string;
}

/**
 * What a schema's validator found, as few, true sentences: one per place, none that only follows from another,
 * the nearest known key where there is one. Values are shown only where they cannot be credentials.
 */
export function describeSchemaErrors(errors: readonly SchemaError[]): readonly SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>();
  // A fault of a key comes as an error whose data is the key, at the place of the whole map.
  const names = new Set(
    errors.flatMap(({ keyword, instancePath, params }) =>
      keyword === 'propertyNames' ? [JSON.stringify([instancePath, params['propertyName']])] : [],
    ),
  );
  for (const error of errors) {
    const isAboutName =
      typeof error.data === 'string' && names.has(JSON.stringify([error.instancePath, error.data]));
    const problem = isAboutName ? badName(error) : describe(error);
    if (problem === null) continue;
    const place = JSON.stringify([
      problem.path,
      problem.part,
      problem.kind === 'missing-key' && problem.message,
    ]);
    if (!problems.has(place)) problems.set(place, problem);
  }
  return [...problems.values()];
}

/** More known words than this are not searched: comparing costs too much for a hint. */
const MOST_KNOWN = 5_000;

/** The known word that was probably meant; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > 64 || known.length === 0 || known.length > MOST_KNOWN) return null;
  const lower = word.toLowerCase();
  const candidate = known.find((each) => each.toLowerCase() === lower) ?? closest(word, known);
  const isNear = distance(lower, candidate.toLowerCase()) <= Math.max(1, Math.floor(word.length / 3));
  return isNear ? candidate : null;
}

/** `did you mean "x"?`, or what there is to choose from, or nothing when that would be a long list. */
export function suggest(word: string, known: readonly string[]): { readonly hint?: string } {
  const near = nearest(word, known);
  if (near !== null) return { hint: `did you mean "${near}"?` };
  return known.length === 0 || known.length > 12 ? {} : { hint: `known: ${known.join(', ')}` };
}

/** Where in a document, for people: `servers.db.args[1]`. Keys that are not plain words are quoted. */
export function dotted(path: readonly string[]): string {
  let text = '';
  for (const key of path) {
    if (/^(?:0|[1-9][0-9]*)$/.test(key)) text += `[${key}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `["${key}"]`;
  }
  return text;
}

function describe(error: SchemaError): SchemaProblem | null {
  const path = fromPointer(error.instancePath);
  const key = error.params;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, String(key['additionalProperty']), error);
    case 'required':
      return { kind: 'missing-key', path, part: 'key', message: `"${key['missingProperty']}" is missing` };
    case 'propertyNames':
      return null;
    default:
      return badValue(path, error);
  }
}

function unknownKey(path: readonly string[], key: string, error: SchemaError): SchemaProblem {
  const properties = (error.parentSchema?.['properties'] ?? {}) as object;
  return {
    kind: 'unknown-key',
    path: [...path, key],
    part: 'key',
    message: `unknown key "${key}"`,
    ...suggest(key, Object.keys(properties)),
  };
}

function badName(error: SchemaError): SchemaProblem {
  const name = error.data as string;
  const expected = error.parentSchema?.['patternErrorMessage'] ?? 'expected another name';
  const path = [...fromPointer(error.instancePath), name];
  return { kind: 'name', path, part: 'key', message: `"${name}" is not a valid name here: ${expected}` };
}

function badValue(path: readonly string[], error: SchemaError): SchemaProblem {
  const { kind, message, hint } = sentence(error);
  return { kind, path, part: 'value', message, ...(hint === undefined ? {} : { hint }) };
}

type Sentence = Pick<SchemaProblem, 'kind' | 'message'> & { readonly hint?: string | undefined };

function sentence(error: SchemaError): Sentence {
  const { params, data } = error;
  switch (error.keyword) {
    case 'type':
      return wrongType(params['type'], data as Json);
    case 'enum':
      return wrongChoice(params['allowedValues'] as readonly string[], data);
    case 'const':
      return { kind: 'value', message: `expected "${params['allowedValue']}"${found(data)}` };
    case 'pattern':
      return {
        kind: 'value',
        message: `${error.parentSchema?.['patternErrorMessage'] ?? 'does not have the right form'}${found(data)}`,
      };
    case 'minLength':
      return { kind: 'value', message: 'must not be empty' };
    case 'minItems':
      return { kind: 'value', message: 'must not be an empty list' };
    case 'uniqueItems':
      return { kind: 'value', message: `items ${params['j']} and ${params['i']} of the list are the same` };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return { kind: 'value', message: `must be ${params['comparison']} ${params['limit']}` };
    default:
      return { kind: 'value', message: 'does not have the right form' };
  }
}

function wrongType(type: unknown, data: Json): Sentence {
  const types = [type].flat() as string[];
  const message = `expected ${types.map((each) => TYPES[each] ?? each).join(' or ')}, found ${nameOf(data)}`;
  return { kind: 'type', message, hint: typeHint(types, data) };
}

function typeHint(types: readonly string[], data: Json): string | undefined {
  if (data === null) return 'give it a value, or remove the key';
  if (types.includes('string') && typeof data !== 'object') return 'put it in quotes to make it text';
  const isPlain = typeof data === 'string' && /^(?:true|false|-?[0-9]+(?:\.[0-9]+)?)$/.test(data);
  if (isPlain && types.some((each) => each !== 'array' && each !== 'object')) return 'remove the quotes';
  return types.includes('array') && typeof data === 'string' ? 'write a list: [a, b]' : undefined;
}

function wrongChoice(allowed: readonly string[], data: unknown): Sentence {
  const near = typeof data === 'string' ? nearest(data, allowed) : null;
  return {
    kind: 'value',
    message: `expected one of ${allowed.join(', ')}${found(data)}`,
    hint: near === null ? undefined : `did you mean "${near}"?`,
  };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'nothing',
};

function nameOf(value: Json): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  return TYPES[typeof value] ?? typeof value;
}

function found(value: unknown): string {
  const isShown = typeof value === 'string' && value.length <= 60 && looksLikeSecret(null, value) === null;
  return isShown ? `, found "${value}"` : '';
}
