import { isJsonObject, type Pointer } from '../model/json.ts';
import { isWithin, leavesOf } from '../model/leaves.ts';
import type { Because, PathChange, Step } from '../model/plan.ts';
import type { Observed } from '../model/resource.ts';
import { digestBase } from './base.ts';
import { compare } from './compare.ts';
import { isPristine, type Owned } from './owned.ts';
import type { PlanInput } from './plan-input.ts';
import { pathChanges, removedStep } from './step.ts';

/** Why something leaves: it left the manifest, was switched off there, everything goes, or a flag said forget. */
export type Leaving = 'removed' | 'disabled' | 'destroy' | 'requested';

/**
 * What to do about something of ours that shall no longer be there. Never deletes what is not as we wrote it,
 * unless somebody took it over by its address.
 */
export function decideRemoved(owned: Owned, leaving: Leaving, input: PlanInput): Step {
  const observed = input.observed.get(owned.place.key) ?? null;
  const step = (
    action: 'delete' | 'forget' | 'conflict',
    because: Because,
    paths: readonly PathChange[] = [],
  ): Step => removedStep(owned, { action, because, observed, paths }, input);
  if (leaving === 'requested') return step('forget', 'requested');
  if (input.unavailable.has(owned.place.file)) {
    return { ...step('conflict', 'unavailable'), precondition: 'unavailable' };
  }
  if (observed === null) return step('forget', 'gone');
  if (leaving !== 'disabled' && isLeftWhenRemoved(owned)) return step('forget', 'orphaned');
  if (owned.protect) return step('conflict', 'protected');
  const isTaken = input.options.takeOwnership.includes(owned.address);
  if (!isTaken && !isAsWritten(owned, observed, input)) {
    return step('conflict', 'modified', modifications(owned, observed, input));
  }
  return step('delete', leaving);
}

/** As a whole, or but for how it is doing. */
function isAsWritten(owned: Owned, observed: Observed, input: PlanInput): boolean {
  if (foreignValues(owned, observed).length > 0) return false;
  if (isPristine(owned, observed, input)) return true;
  const { isVolatile } = input.traits(owned.provider);
  if (isVolatile === undefined || owned.entry === null) return false;
  return modifications(owned, observed, input).every(({ pointer }) => isVolatile(pointer));
}

/** Switching off is not leaving the manifest: the entry would come back as declared. */
function isLeftWhenRemoved(owned: Owned): boolean {
  return owned.onRemove === 'orphan' || (owned.adopted && owned.onRemove !== 'delete');
}

/** Where there is a value that was never ours, such as a credential under `lifecycle.keep`. */
export function foreignValues({ entry, lock }: Owned, observed: Observed): readonly Pointer[] {
  // The lock's digest is of what we wrote and nothing else.
  if (entry === null || lock !== null) return [];
  return [...leavesOf(observed.attributes)].flatMap(([pointer, value]) => {
    const isUnknown = observed.unknown.some((owner) => isWithin(pointer, owner));
    // An empty object holds nothing that could be lost.
    const isForeign = !isUnknown && !isJsonObject(value) && !Object.hasOwn(entry.base, pointer);
    return isForeign ? [pointer] : [];
  });
}

/** What is no longer as we wrote it, as far as the books can tell. */
function modifications(owned: Owned, observed: Observed, input: PlanInput): readonly PathChange[] {
  if (owned.entry === null) return [];
  const { differences } = compare({
    desired: {},
    observed: observed.attributes,
    base: digestBase(owned.entry.base, input.digest),
    keep: [],
    ignoreChanges: [],
    alsoObservedBut: input.traits(owned.provider).ownsAll?.(owned.place) === true ? observed.unknown : [],
  });
  const moved = differences.filter(({ cause }) => cause !== 'config');
  return pathChanges(
    moved.map((difference) => ({ ...difference, cause: 'drift' as const })),
    owned.provider,
    input,
  );
}
