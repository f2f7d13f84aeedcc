import {
  isDeeperThan,
  isJsonObject,
  type Json,
  type JsonObject,
  type Pointer,
  toPointer,
} from '../../model/json.ts';
import type { Observed, Place } from '../../model/resource.ts';

/** Every key of an entry that some transport of Claude Code 2.1.328 reads, in the order it writes them. */
export const ENTRY_KEYS = [
  'type',
  'command',
  'args',
  'env',
  'url',
  'headers',
  'headersHelper',
  'oauth',
  'timeout',
  'alwaysLoad',
  'tools',
] as const;

const known = new Set<string>(ENTRY_KEYS);

/** The older name of `timeout` that the client takes for these two transports only. */
const TIMEOUT_ALIAS = 'request_timeout_ms';

export function takesTimeoutAlias(entry: JsonObject): boolean {
  return typeOf(entry) === 'http' || typeOf(entry) === 'sse';
}

/** What the client takes the entry for; null when it would refuse to. */
export function typeOf(entry: JsonObject): Json | null {
  const type = entry['type'];
  if (type === 'streamable-http') return 'http';
  if (type !== undefined) return type;
  return typeof entry['command'] === 'string' ? 'stdio' : null;
}

/**
 * The one form in which entries are compared: `type` spelled out, `args` always there for stdio, no empty `env` or
 * `headers`, `timeout` under its own name, known keys first and in the client's order. Keys that the client does not
 * know stay, in their order. Idempotent.
 */
export function normalizeEntry(entry: JsonObject): JsonObject {
  const type = typeOf(entry);
  const members = new Map(Object.entries(entry));
  if (type !== null) members.set('type', type);
  if (type === 'stdio' && !members.has('args')) members.set('args', []);
  for (const key of ['env', 'headers']) if (isEmptyObject(members.get(key))) members.delete(key);
  if (takesTimeoutAlias(entry)) {
    const alias = members.get(TIMEOUT_ALIAS);
    if (alias !== undefined && !members.has('timeout')) members.set('timeout', alias);
    members.delete(TIMEOUT_ALIAS);
  }
  const ordered = ENTRY_KEYS.flatMap((key): [string, Json][] => {
    const value = members.get(key);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries([...ordered, ...[...members].filter(([key]) => !known.has(key))]);
}

/** Keys of an entry as it stands in the file that mean the normalised key. */
export function spellingsOf(key: string, entry: JsonObject): readonly string[] {
  return key === 'timeout' && takesTimeoutAlias(entry) ? ['timeout', TIMEOUT_ALIAS] : [key];
}

/** A value found where an entry belongs. What is no object is kept under the empty key: it equals nothing we write. */
export function observeEntry(place: Place, raw: Json): Observed {
  if (!isJsonObject(raw)) return { place, attributes: { '': raw }, unknown: [] };
  const attributes = normalizeEntry(raw);
  return { place, attributes, unknown: unknownIn(attributes) };
}

function unknownIn(attributes: JsonObject): readonly Pointer[] {
  return Object.keys(attributes)
    .filter((key) => !known.has(key))
    .map((key) => toPointer([key]));
}

/** Deeper than anything the client knows by far, and far from where recursion over a value would hurt. */
const MAX_DEPTH = 64;

export function isTooDeep(value: Json): boolean {
  return isDeeperThan(value, MAX_DEPTH);
}

function isEmptyObject(value: Json | undefined): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}
