import type { Begin } from '../model/journal.ts';
import { fromPointer, isJsonObject, type Json, type JsonObject, type Pointer } from '../model/json.ts';
import { digestLeaf, digestWhole, leavesOf } from '../model/leaves.ts';
import type { Shown } from '../model/plan.ts';
import type { Work } from '../model/provider.ts';
import type { Observed } from '../model/resource.ts';

/**
 * One side of a step: what an object is before or after it. A digest per changed pointer, or, under the empty
 * pointer, of the whole object; null when there is none.
 */
export type Side = Begin['before'];
type Digest = (text: string) => string;

/** What is there before a step and after it, such that it can be told by looking which of the two it is. */
export function sidesOf({ step, attributes, record }: Work, digest: Digest): { before: Side; after: Side } {
  const whole: Side = step.precondition === 'absent' ? null : { '': step.precondition };
  const leaf = (pointer: Pointer, value: Json): string =>
    record?.base[pointer] ?? digestLeaf(pointer, value, digest);
  switch (step.action) {
    case 'update':
    case 'replace':
      if (step.paths.length > 0) return changesOf(step.paths, attributes, digest);
      return { before: whole, after: allOf(attributes, leaf) };
    case 'create':
      return { before: whole, after: allOf(attributes, leaf) };
    case 'move':
      return {
        before: whole,
        after: step.paths.length === 0 ? whole : changesOf(step.paths, attributes, digest).after,
      };
    case 'adopt':
    case 'record':
    case 'forget':
    case 'conflict':
      return { before: whole, after: whole };
    case 'delete':
      return { before: whole, after: null };
  }
}

function allOf(attributes: JsonObject | null, leaf: (pointer: Pointer, value: Json) => string): Side {
  if (attributes === null) return null;
  return Object.fromEntries(
    [...leavesOf(attributes)].map(([pointer, value]) => [pointer, leaf(pointer, value)]),
  );
}

function changesOf(
  paths: Work['step']['paths'],
  attributes: JsonObject | null,
  digest: Digest,
): { before: Side; after: Side } {
  const before: Record<Pointer, string> = {};
  const after: Record<Pointer, string> = {};
  for (const path of paths) {
    if (path.before !== undefined) before[path.pointer] = digestShown(path.pointer, path.before, digest);
    const value = path.after === undefined ? undefined : valueAt(attributes, path.pointer);
    if (value !== undefined) after[path.pointer] = digestLeaf(path.pointer, value, digest);
  }
  return { before, after };
}

function digestShown(pointer: Pointer, shown: Shown, digest: Digest): string {
  return 'hidden' in shown ? shown.digest : digestLeaf(pointer, shown.value, digest);
}

function valueAt(attributes: JsonObject | null, pointer: Pointer): Json | undefined {
  let value: Json | undefined = attributes ?? undefined;
  for (const key of fromPointer(pointer)) {
    value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/**
 * Whether an object is as one side says. Pointers that only the other side has must not be there; those that
 * neither has may be anything.
 */
export function isAs(side: Side, other: Side, object: Observed | null, digest: Digest): boolean {
  if (side === null || object === null) return side === null && object === null;
  const whole = side[''];
  if (whole !== undefined) return digestWhole(object.attributes, digest) === whole;
  const leaves = leavesOf(object.attributes);
  return pointersOf(side, other).every((pointer) => digestAt(leaves, pointer, digest) === side[pointer]);
}

/** Whether at least one thing a step wanted is there now and was not before: it failed, but not without effect. */
export function hasTakenEffect(
  { before, after }: Pick<Begin, 'before' | 'after'>,
  object: Observed | null,
  digest: Digest,
): boolean {
  if (isAs(before, after, object, digest)) return false;
  if (after === null || object === null) return after === null && object === null;
  if (after[''] !== undefined) return isAs(after, before, object, digest);
  const leaves = leavesOf(object.attributes);
  return pointersOf(after, before).some(
    (pointer) => after[pointer] !== before?.[pointer] && digestAt(leaves, pointer, digest) === after[pointer],
  );
}

function pointersOf(side: NonNullable<Side>, other: Side): readonly Pointer[] {
  const pointers = new Set<Pointer>([...Object.keys(side), ...Object.keys(other ?? {})]);
  pointers.delete('');
  return [...pointers];
}

function digestAt(leaves: ReadonlyMap<Pointer, Json>, pointer: Pointer, digest: Digest): string | undefined {
  const value = leaves.get(pointer);
  return value === undefined ? undefined : digestLeaf(pointer, value, digest);
}
