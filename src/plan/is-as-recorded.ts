import {
  isJsonObject,
  type Json,
  type JsonObject,
  type Pointer,
  sameJson,
  toPointer,
} from '../model/json.ts';
import { digestWhole } from '../model/leaves.ts';
import type { Observed } from '../model/resource.ts';
import type { Owned } from './owned.ts';
import type { PlanInput, PlannedResource } from './plan-input.ts';

/**
 * The short way for the common case, one comparison and one digest for the whole object: what is there is what
 * is declared, and is as a whole what we last wrote, and the books own exactly its leaves. False only means
 * that it takes a closer look.
 */
export function isAsRecorded(
  resource: PlannedResource,
  owned: Owned,
  observed: Observed,
  input: PlanInput,
): boolean {
  if (!sameAtAGlance(resource.attributes, observed.attributes)) return false;
  if (!isBookkeepingCurrent(resource, owned)) return false;
  if (resource.place.isShared) {
    return owned.lock !== null && input.ownershipDigest(observed.attributes) === owned.lock.digest;
  }
  const { entry } = owned;
  if (entry === null || !ownsExactly(entry.base, resource.attributes)) return false;
  return digestWhole(observed.attributes, input.digest) === entry.whole;
}

/** Both come normalised, so equal objects are usually written alike. */
function sameAtAGlance(a: JsonObject, b: JsonObject): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || sameJson(a, b);
}

/**
 * Whether the books would be the same after writing. For shared places the inventory is a cache that a
 * colleague's commit may outdate, so only what guards against loss counts there.
 */
export function isBookkeepingCurrent({ desired, place }: PlannedResource, owned: Owned): boolean {
  const { entry, lock } = owned;
  const { protect, onRemove } = desired.lifecycle;
  if (owned.address !== desired.address) return false;
  if (place.isShared) {
    const remembered = lock?.protect ?? entry?.protect ?? protect;
    return remembered === protect;
  }
  return (
    entry !== null &&
    entry.protect === protect &&
    entry.onRemove === onRemove &&
    entry.place.key === place.key &&
    entry.place.file === place.file &&
    entry.place.isShared === place.isShared &&
    entry.launchDigest === desired.launchDigest &&
    entry.pin?.name === desired.pin?.name &&
    entry.pin?.digest === desired.pin?.digest &&
    sameSet(
      entry.secrets,
      desired.secrets.map((use) => use.locator),
    ) &&
    sameSet(entry.dependsOn, desired.dependsOn)
  );
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 && b.length === 0) return true;
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && [...one].every((item) => other.has(item));
}

function ownsExactly(base: Readonly<Record<Pointer, string>>, attributes: JsonObject): boolean {
  const left = new Set(Object.keys(base));
  return takeLeaves(attributes, '', left) && left.size === 0;
}

function takeLeaves(value: Json, at: Pointer, left: Set<Pointer>): boolean {
  if (!isJsonObject(value)) return left.delete(at);
  const keys = Object.keys(value);
  if (keys.length === 0 && at !== '') return left.delete(at);
  return keys.every((key) => takeLeaves(value[key] as Json, at + toPointer([key]), left));
}
