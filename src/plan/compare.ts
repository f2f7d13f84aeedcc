import {
  fromPointer,
  isJsonObject,
  type Json,
  type JsonObject,
  type Pointer,
  sameJson,
  toPointer,
} from '../model/json.ts';
import { isWithin, leavesOf } from '../model/leaves.ts';
import type { Cause } from '../model/plan.ts';
import type { Base } from './base.ts';

/** One pointer at which the world and the manifest differ. Absent `after`: to be removed. */
export interface Difference {
  readonly pointer: Pointer;
  readonly before?: Json;
  readonly after?: Json;
  readonly cause: Extract<Cause, 'config' | 'drift' | 'both'>;
}

export interface Comparison {
  /** Sorted by pointer; no pointer lies inside another. */
  readonly differences: readonly Difference[];
  /** Whether the base already says what desired and observed agree on. */
  readonly isRecorded: boolean;
}

export interface Sides {
  readonly desired: JsonObject;
  readonly observed: JsonObject;
  readonly base: Base;
  /** Pointers that are never ours. */
  readonly keep: readonly Pointer[];
  /** Pointers that are left alone once the base has them. */
  readonly ignoreChanges: readonly Pointer[];
  /** Ours whatever the base has: from now on, or since it was last written. */
  readonly alsoOwned?: ReadonlyMap<Pointer, 'now' | 'before'>;
  /** Also compare what is observed beside what we own: for adopting and taking over. Without these pointers. */
  readonly alsoObservedBut?: readonly Pointer[];
}

/** Desired × base × observed, pointer by pointer, inside what we own: what the base has or desired declares. */
export function compare(sides: Sides): Comparison {
  const desired = leavesOf(sides.desired);
  const differences = new Map<Pointer, Difference>();
  let isRecorded = true;
  for (const pointer of comparedPointers(sides, desired)) {
    const after = desired.get(pointer);
    const before = valueAt(sides.observed, pointer);
    if (agrees(after, before)) {
      if (!sides.base.matches(pointer, after)) isRecorded = false;
      continue;
    }
    if (after === undefined && isCoveredByDesired(pointer, before, sides, desired)) {
      isRecorded = false;
      continue;
    }
    const found = differenceAt(pointer, sides, desired);
    // Nobody changed what only now becomes ours.
    const isNew = sides.alsoOwned?.get(pointer) === 'now' && !sides.base.owns(pointer);
    differences.set(found.pointer, isNew ? { ...found, cause: 'config' } : found);
  }
  return { differences: [...differences.values()].sort(byPointer), isRecorded };
}

function comparedPointers(sides: Sides, desired: ReadonlyMap<Pointer, Json>): ReadonlySet<Pointer> {
  const pointers = new Set<Pointer>([...sides.base.pointers, ...desired.keys()]);
  if (sides.alsoObservedBut !== undefined) {
    for (const [pointer, value] of leavesOf(sides.observed)) {
      // An empty object says nothing.
      if (!isJsonObject(value) && !isInAny(pointer, sides.alsoObservedBut)) pointers.add(pointer);
    }
  }
  for (const pointer of sides.alsoOwned?.keys() ?? []) {
    if (valueAt(sides.observed, pointer) !== undefined) pointers.add(pointer);
  }
  for (const pointer of pointers) {
    const isIgnored = sides.base.owns(pointer) && isInAny(pointer, sides.ignoreChanges);
    if (isIgnored || isInAny(pointer, sides.keep)) pointers.delete(pointer);
  }
  return pointers;
}

/** An empty object asks for an object; what others put into it is not ours. */
function agrees(after: Json | undefined, before: Json | undefined): boolean {
  if (isJsonObject(after) && isJsonObject(before)) return true;
  return sameJson(after, before);
}

/** A leaf of ours that is no longer declared, but whose place the declared object, or others' keys, now use. */
function isCoveredByDesired(
  pointer: Pointer,
  before: Json | undefined,
  sides: Sides,
  desired: ReadonlyMap<Pointer, Json>,
): boolean {
  if (isJsonObject(before) && sides.base.matches(pointer, {}) && Object.keys(before).length > 0) return true;
  for (const [leaf, value] of desired) {
    if (isWithin(leaf, pointer)) return true;
    if (isWithin(pointer, leaf) && !isJsonObject(value)) return true;
  }
  return false;
}

/**
 * Normally at the pointer itself. Where something that is no object stands in the way (`/env` is a list and
 * `/env/X` is wanted), the whole of it has to change.
 */
function differenceAt(pointer: Pointer, sides: Sides, desired: ReadonlyMap<Pointer, Json>): Difference {
  const obstacle = obstacleOnTheWay(pointer, sides.observed);
  if (obstacle === null || !desired.has(pointer)) return difference(pointer, desired.get(pointer), sides);
  return difference(obstacle, valueAt(sides.desired, obstacle), sides);
}

function difference(pointer: Pointer, after: Json | undefined, sides: Sides): Difference {
  const before = valueAt(sides.observed, pointer);
  return {
    pointer,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    cause: causeOf(!isAsInBase(pointer, after, sides.base), !isAsInBase(pointer, before, sides.base)),
  };
}

/** The base knows leaves; an object is as it was when all its leaves are, and none is gone. */
function isAsInBase(pointer: Pointer, value: Json | undefined, base: Base): boolean {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return base.matches(pointer, value);
  const leaves = new Map([...leavesOf(value)].map(([leaf, member]) => [pointer + leaf, member]));
  const isWhole = [...base.pointers].every((known) => !isWithin(known, pointer) || leaves.has(known));
  return isWhole && [...leaves].every(([leaf, member]) => base.matches(leaf, member));
}

/** Who moved: the manifest away from the base, the world away from the base, or both. */
export function causeOf(hasChanged: boolean, hasDrifted: boolean): Difference['cause'] {
  if (hasChanged && hasDrifted) return 'both';
  return hasDrifted ? 'drift' : 'config';
}

function obstacleOnTheWay(pointer: Pointer, observed: JsonObject): Pointer | null {
  const path = fromPointer(pointer);
  for (let length = 1; length < path.length; length += 1) {
    const ancestor = toPointer(path.slice(0, length));
    const value = valueAt(observed, ancestor);
    if (value !== undefined && !isJsonObject(value)) return ancestor;
  }
  return null;
}

function valueAt(value: JsonObject, pointer: Pointer): Json | undefined {
  let here: Json | undefined = value;
  for (const key of fromPointer(pointer)) {
    if (!isJsonObject(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}

function isInAny(pointer: Pointer, owners: readonly Pointer[]): boolean {
  return owners.some((owner) => isWithin(pointer, owner));
}

function byPointer(a: Difference, b: Difference): number {
  return a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0;
}
