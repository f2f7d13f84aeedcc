import type { JsonEdit } from '../../formats/json-edit.ts';
import {
  fromPointer,
  isJsonObject,
  type Json,
  type JsonObject,
  type Pointer,
  sameJson,
} from '../../model/json.ts';
import { normalizeEntry, spellingsOf } from './entry.ts';

/** One change of a normalised entry; without a value the pointer is removed. */
export interface Change {
  readonly pointer: Pointer;
  readonly value?: Json;
}

/**
 * The entry as it stands in the file with the changes made, where each pointer means the normalised form. Whatever
 * the changes do not name stays as it is, keys nobody knows included.
 */
export function changeEntry(raw: JsonObject, changes: readonly Change[]): JsonObject {
  let entry = raw;
  for (const { pointer, value } of removalsFirst(changes)) {
    const [key = '', ...rest] = fromPointer(pointer);
    for (const spelling of spellingsOf(key, raw)) {
      if (spelling !== key || value === undefined) entry = setAt(entry, [spelling, ...rest], undefined);
    }
    if (value !== undefined) entry = setAt(entry, [key, ...rest], value);
  }
  return entry;
}

/** So that a leaf may become an object and the other way round. */
function removalsFirst(changes: readonly Change[]): readonly Change[] {
  return [
    ...changes.filter(({ value }) => value === undefined),
    ...changes.filter(({ value }) => value !== undefined),
  ];
}

/** A copy with the value at the path, or without it; an object that loses its last member goes too. */
export function setAt(root: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [key = '', ...rest] = path;
  const old = Object.hasOwn(root, key) ? root[key] : undefined;
  const inner = isJsonObject(old) ? old : {};
  const changed =
    rest.length === 0 ? value : value === undefined && !isJsonObject(old) ? old : setAt(inner, rest, value);
  const isEmptied =
    rest.length > 0 && value === undefined && isJsonObject(changed) && Object.keys(changed).length === 0;
  const members = Object.entries(root);
  const at = members.findIndex(([name]) => name === key);
  if (changed === undefined || isEmptied) return Object.fromEntries(members.filter(([name]) => name !== key));
  if (at === -1) members.push([key, changed]);
  else members[at] = [key, changed];
  return Object.fromEntries(members);
}

/** The value at a pointer of the normalised entry; undefined when there is none. */
export function valueAt(entry: JsonObject, pointer: Pointer): Json | undefined {
  let at: Json | undefined = entry;
  for (const key of fromPointer(pointer))
    at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

/** The fewest edits that make one entry of the other; `path` is where the entry stands. */
export function editsBetween(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
): readonly JsonEdit[] {
  if (before === undefined && after === undefined) return [];
  if (after === undefined) return [{ path }];
  if (before !== undefined && sameJson(before, after)) return [];
  if (!isJsonObject(before) || !isJsonObject(after)) return [{ path, value: after }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    const next = Object.hasOwn(after, key) ? after[key] : undefined;
    return editsBetween(old, next, [...path, key]);
  });
}

/** Whether the raw entry means what it shall. */
export function isAsDesired(raw: Json | undefined, desired: JsonObject): boolean {
  return isJsonObject(raw) && sameJson(normalizeEntry(raw), normalizeEntry(desired));
}
