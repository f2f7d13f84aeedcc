import type { Address } from '../model/address.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { JsonObject, Pointer } from '../model/json.ts';
import { digestWhole, isWithin } from '../model/leaves.ts';
import type { SharedOwnership } from '../model/lock.ts';
import type { Observed, Place } from '../model/resource.ts';
import { type Base, digestBase, NO_BASE, UNKNOWN_BASE, valueBase } from './base.ts';
import type { PlanInput, PlannedResource } from './plan-input.ts';

/** What the books say of an address: the inventory, or for shared places the lock with the inventory as a cache. */
export interface Owned {
  readonly address: Address;
  readonly provider: string;
  readonly place: Place;
  /** Null on a machine that never applied a shared address itself. */
  readonly entry: InventoryEntry | null;
  /** Null unless the place is shared, and after a crash between the file and the lock. */
  readonly lock: SharedOwnership | null;
  readonly adopted: boolean;
  readonly protect: boolean;
  readonly onRemove: 'delete' | 'orphan' | null;
}

/**
 * Who owns what is at `address`, or null when we do not. In shared places only the lock confers ownership;
 * the inventory alone counts only while the object is byte for byte what this machine wrote.
 */
export function ownedAt(address: Address, declared: Place | null, input: PlanInput): Owned | null {
  const remembered = Object.hasOwn(input.entries, address) ? (input.entries[address] ?? null) : null;
  const known = declared ?? input.sharedPlaces?.[address];
  const isShared = known?.isShared ?? remembered?.place.isShared ?? false;
  // A shared file goes where its work tree goes: what was written in another one says nothing about this.
  const isElsewhere = isShared && known !== undefined && remembered?.place.key !== known.key;
  const entry = isElsewhere ? null : remembered;
  const place = entry?.place ?? known;
  if (place === undefined) return null;
  if (!isShared) return entry === null ? null : owned(entry, null, place, address);
  const lock = Object.hasOwn(input.shared, address) ? (input.shared[address] ?? null) : null;
  if (lock !== null) return owned(entry, lock, place, address);
  if (entry === null || declared === null) return null;
  const observed = input.observed.get(place.key);
  const isAsWritten = observed !== undefined && isWholeAsWritten(entry, observed, input);
  return isAsWritten ? owned(entry, null, place, address) : null;
}

function owned(
  entry: InventoryEntry | null,
  lock: SharedOwnership | null,
  place: Place,
  address: Address,
): Owned {
  return {
    address,
    provider: entry?.provider ?? providerOf(address),
    place,
    entry,
    lock,
    adopted: lock?.adopted ?? entry?.adopted ?? false,
    protect: lock?.protect ?? entry?.protect ?? false,
    onRemove: entry?.onRemove ?? null,
  };
}

/** `docker@lab/network/tools` → `docker`. */
function providerOf(address: Address): string {
  return (address.split('/')[0] as string).split('@')[0] as string;
}

/** Whether what is there is, as a whole, what we last wrote: only that may be deleted. */
export function isPristine(owned: Owned, observed: Observed, input: PlanInput): boolean {
  if (owned.lock !== null) return input.ownershipDigest(observed.attributes) === owned.lock.digest;
  return owned.entry !== null && isWholeAsWritten(owned.entry, observed, input);
}

function isWholeAsWritten(entry: InventoryEntry, observed: Observed, input: PlanInput): boolean {
  return digestWhole(observed.attributes, input.digest) === entry.whole;
}

export interface OwnedBase {
  readonly base: Base;
  /** Whether the lock's digest is that of the object as desired or as observed; null when there is none. */
  readonly isLockCurrent: boolean | null;
}

/** The base to compare a declared resource with. */
export function baseOf(
  owned: Owned | null,
  resource: PlannedResource,
  observed: Observed | null,
  input: PlanInput,
): OwnedBase {
  if (owned === null) return { base: NO_BASE, isLockCurrent: null };
  const remembered = owned.entry === null ? UNKNOWN_BASE : digestBase(owned.entry.base, input.digest);
  if (!resource.place.isShared) return { base: remembered, isLockCurrent: null };
  const digest = owned.lock?.digest;
  if (observed !== null) {
    const ours = withoutForeign(observed, resource.desired.lifecycle.keep);
    if (input.ownershipDigest(observed.attributes) === digest || input.ownershipDigest(ours) === digest) {
      return { base: valueBase(ours), isLockCurrent: true };
    }
  }
  if (input.ownershipDigest(resource.attributes) === digest) {
    return { base: valueBase(resource.attributes), isLockCurrent: true };
  }
  return { base: remembered, isLockCurrent: false };
}

/** The object without the keys its client does not know and without the pointers that are kept. */
function withoutForeign(observed: Observed, keep: readonly Pointer[]): JsonObject {
  const foreign = [...observed.unknown, ...keep];
  return foreign.length === 0 ? observed.attributes : prune(observed.attributes, '', foreign);
}

function prune(value: JsonObject, at: Pointer, foreign: readonly Pointer[]): JsonObject {
  const kept: [string, JsonObject[string]][] = [];
  for (const [key, member] of Object.entries(value)) {
    const pointer = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (foreign.some((owner) => isWithin(pointer, owner))) continue;
    const isDeeper = typeof member === 'object' && member !== null && !Array.isArray(member);
    const rest = isDeeper ? prune(member as JsonObject, pointer, foreign) : member;
    // An object that held nothing but kept keys was never ours either.
    if (
      isDeeper &&
      Object.keys(member as JsonObject).length > 0 &&
      Object.keys(rest as JsonObject).length === 0
    )
      continue;
    kept.push([key, rest]);
  }
  return Object.fromEntries(kept);
}
