import { isJsonObject, type Json, type JsonObject, sameJson } from '../model/json.ts';
import type { Lock } from '../model/lock.ts';

export interface LockMerge {
  /** Both sides together, without what is in conflict: `mcpform lock` then looks those servers up anew. */
  readonly lock: Lock;
  /** What both sides changed, in different ways. Sorted. */
  readonly conflicts: readonly MergeConflict[];
}

export interface MergeConflict {
  readonly section: string;
  /** A server, an address, a member of a section that only a newer mcpform knows; null: the whole of such a section. */
  readonly name: string | null;
}

/**
 * Two locks that came from one, server by server and address by address: what one side changed is changed, what both
 * changed in the same way too. Without the lock they came from nobody knows whether what only one side has was
 * added there or removed on the other; it is kept, as the manifest decides what is needed, and a difference is a
 * conflict.
 */
export function mergeLocks(base: Lock | null, ours: Lock, theirs: Lock): LockMerge {
  const conflicts: MergeConflict[] = [];
  const mergeSection = (section: string, sides: Sides<Json>): JsonObject =>
    mergeMembers(sides, (name) => conflicts.push({ section, name }));
  const servers = mergeSection(
    'servers',
    sidesOf(base, ours, theirs, ({ servers }) => servers),
  );
  const ownership = mergeSection(
    'ownership',
    sidesOf(base, ours, theirs, ({ ownership }) => ownership),
  );
  const offers = mergeSection(
    'offers',
    sidesOf(base, ours, theirs, ({ offers }) => offers),
  );
  const unknown = mergeUnknown(
    sidesOf(base, ours, theirs, ({ unknown }) => unknown),
    mergeSection,
    (section) => conflicts.push({ section, name: null }),
  );
  const lock = { servers, ownership, offers, unknown } as unknown as Lock;
  return { lock, conflicts: conflicts.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)) };
}

interface Sides<Value> {
  /** Null when it is not known. */
  readonly base: Readonly<Record<string, Value>> | null;
  readonly ours: Readonly<Record<string, Value>>;
  readonly theirs: Readonly<Record<string, Value>>;
}

function sidesOf(base: Lock | null, ours: Lock, theirs: Lock, part: (lock: Lock) => object): Sides<Json> {
  return {
    base: base === null ? null : (part(base) as JsonObject),
    ours: part(ours) as JsonObject,
    theirs: part(theirs) as JsonObject,
  };
}

function mergeMembers({ base, ours, theirs }: Sides<Json>, onConflict: (name: string) => void): JsonObject {
  const merged: Record<string, Json> = {};
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const value = mergeValue(member(base, name), member(ours, name), member(theirs, name), base !== null);
    if (value === CONFLICT) onConflict(name);
    else if (value !== undefined) merged[name] = value;
  }
  return merged;
}

/** Sections of a newer mcpform are maps of entries too, as far as they are maps. */
function mergeUnknown(
  { base, ours, theirs }: Sides<Json>,
  mergeSection: (section: string, sides: Sides<Json>) => JsonObject,
  onConflict: (section: string) => void,
): JsonObject {
  const merged: Record<string, Json> = {};
  for (const section of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [was, one, other] = [member(base, section), member(ours, section), member(theirs, section)];
    const value = mergeValue(was, one, other, base !== null);
    if (value !== CONFLICT) {
      if (value !== undefined) merged[section] = value;
    } else if (isJsonObject(one) && isJsonObject(other)) {
      const before = isJsonObject(was) ? was : base === null ? null : {};
      merged[section] = mergeSection(section, { base: before, ours: one, theirs: other });
    } else onConflict(section);
  }
  return merged;
}

const CONFLICT = Symbol('conflict');

function mergeValue(
  base: Json | undefined,
  ours: Json | undefined,
  theirs: Json | undefined,
  isBaseKnown: boolean,
): Json | undefined | typeof CONFLICT {
  if (sameJson(ours, theirs)) return ours;
  if (!isBaseKnown) return ours === undefined || theirs === undefined ? (ours ?? theirs) : CONFLICT;
  if (sameJson(base, ours)) return theirs;
  return sameJson(base, theirs) ? ours : CONFLICT;
}

function member(record: Readonly<Record<string, Json>> | null, name: string): Json | undefined {
  return record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
}

function placeOf({ section, name }: MergeConflict): string {
  return `${section}/${name ?? ''}`;
}
