import { redactUrl } from '../formats/redact.ts';
import { isJsonObject, type Json, type JsonObject, type Pointer, toPointer } from '../model/json.ts';
import { cutText } from './interpolation.ts';

/** A server on its way into a manifest. */
export interface Draft {
  /** As the manifest writes them, in its order; without targets and lifecycle. */
  readonly fields: Readonly<Record<string, Json>>;
  /** What cannot be declared and stays in the client's file. */
  readonly kept: readonly Kept[];
  /** Keys that no client of ours knows: nobody compares them. */
  readonly unknown: readonly string[];
}

export interface Kept {
  readonly pointer: Pointer;
  readonly isSecret: boolean;
  /** Without the value. */
  readonly why: string;
}

const STARTED = ['command', 'args', 'env', 'timeout', 'alwaysLoad'];
const CALLED = ['url', 'headers', 'headersHelper', 'timeout', 'alwaysLoad'];

/** What each type of entry may hold, in the order a manifest is written. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  stdio: STARTED,
  http: [...CALLED, 'oauth', 'tools'],
  sse: [...CALLED, 'oauth', 'tools'],
  ws: CALLED,
};
const ALL_KEYS = new Set(['type', ...Object.values(KEYS).flat()]);

/** An entry's attributes in the manifest's words, where there are words; null for a type that has none. */
export function draftServer(attributes: JsonObject): Draft | null {
  const { type } = attributes as { type?: Json };
  const keys = typeof type === 'string' && Object.hasOwn(KEYS, type) ? KEYS[type] : undefined;
  if (keys === undefined) return null;
  const fields: Record<string, Json> = {};
  const kept: Kept[] = [];
  for (const key of keys) {
    const value = attributes[key];
    if (value === undefined) continue;
    const written = write(key, value);
    kept.push(...written.kept);
    if (written.value !== undefined) fields[written.key ?? key] = written.value;
    if (key === 'url' && type !== 'http') fields['transport'] = type as string;
  }
  const others = Object.keys(attributes).filter((key) => key !== 'type' && !keys.includes(key));
  for (const key of others) {
    if (ALL_KEYS.has(key)) kept.push(stays([key], `an entry of type "${type as string}" has no such field`));
  }
  return { fields, kept, unknown: others.filter((key) => !ALL_KEYS.has(key)) };
}

interface Written {
  readonly value?: Json;
  readonly key?: string;
  readonly kept: readonly Kept[];
}

function write(key: string, value: Json): Written {
  switch (key) {
    case 'url':
      return writeUrl(value);
    case 'args':
      return writeArguments(value);
    case 'env':
    case 'headers':
      return writeMembers(key, value, templateProblem, (text) => text);
    case 'oauth':
      return writeMembers(key, value, () => null, escapeBraces);
    case 'timeout':
      return writeTimeout(value);
    case 'headersHelper':
    case 'tools':
      return { value: escapeBraces(value), kept: [] };
    default:
      return { value, kept: [] };
  }
}

/** The address without user info and without what looks like a key; then the real one stays where it is. */
function writeUrl(value: Json): Written {
  const parts = typeof value === 'string' ? /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*@)?(.*)$/is.exec(value) : null;
  if (parts === null) return { value, kept: [] };
  const [, scheme = '', userInfo = '', rest = ''] = parts;
  const isReference = userInfo.replace(/\$\{[^}]*\}|[:@]/g, '') === '';
  const safe = redactUrl(scheme + rest).slice(scheme.length);
  const declared = scheme + (isReference ? userInfo : '') + safe;
  if (declared === value) return { value, kept: [] };
  const why = 'holds user info or what looks like a key';
  return { value: declared, kept: [{ pointer: '/url', isSecret: true, why }] };
}

function writeArguments(value: Json): Written {
  if (!Array.isArray(value)) return { kept: [stays(['args'], 'it is not a list')] };
  if (value.length === 0) return { kept: [] };
  for (const argument of value as readonly Json[]) {
    const problem =
      typeof argument === 'string' ? templateProblem(argument) : 'it holds something that is not text';
    if (problem !== null) return { kept: [stays(['args'], problem)] };
  }
  return { value, kept: [] };
}

function writeMembers(
  field: string,
  value: Json,
  problemOf: (text: string) => string | null,
  writeText: (text: string) => Json,
): Written {
  if (!isJsonObject(value)) return { kept: [stays([field], 'it is not a map')] };
  const members: [string, Json][] = [];
  const kept: Kept[] = [];
  for (const [key, member] of Object.entries(value)) {
    const problem = keyProblem(key) ?? (typeof member === 'string' ? problemOf(member) : null);
    if (problem !== null) kept.push(stays([field, key], problem));
    else members.push([key, typeof member === 'string' ? writeText(member) : member]);
  }
  return members.length === 0 ? { kept } : { value: Object.fromEntries(members), kept };
}

/** Keys that a YAML file of ours may not have at all. */
function keyProblem(key: string): string | null {
  return key in {} || !/^[\x21-\x7e]+$/.test(key) || key === '<<'
    ? 'its name cannot stand in a manifest'
    : null;
}

function writeTimeout(value: Json): Written {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    return { kept: [stays(['timeout'], 'it is not a whole number of milliseconds')] };
  }
  return { value: value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`, kept: [] };
}

/** Why a text that the client expands would mean something else in a manifest; null when it means the same. */
function templateProblem(text: string): string | null {
  for (const piece of cutText(text)) {
    if (piece.kind === 'escape') return 'in a manifest, "$${" is a literal "${"';
    if (piece.kind === 'bad') return piece.reason;
    if (piece.kind !== 'text' && piece.kind !== 'client')
      return `a manifest would read "${piece.source}" itself`;
  }
  return null;
}

/** Texts that no client expands: `$${` writes their `${`. */
function escapeBraces(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escapeBraces);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, escapeBraces(member)]));
}

function stays(path: readonly string[], why: string): Kept {
  return { pointer: toPointer(path), isSecret: false, why };
}
