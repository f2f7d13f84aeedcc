import type { Pointer } from '../model/json.ts';
import { digestWhole } from '../model/leaves.ts';
import type { Because, Step } from '../model/plan.ts';
import type { Observed } from '../model/resource.ts';
import { NO_BASE } from './base.ts';
import { type Comparison, compare } from './compare.ts';
import { isAsRecorded, isBookkeepingCurrent } from './is-as-recorded.ts';
import { baseOf, type Owned } from './owned.ts';
import type { PlanInput, PlannedResource } from './plan-input.ts';
import {
  creationPaths,
  declaredStep,
  pathChanges,
  type StepDetails,
  withLockCauses,
  withSecretCauses,
} from './step.ts';

/**
 * What to do about a resource that is in the manifest; null when nothing. `owned` is what the books say of its
 * address, or of the one it was renamed from.
 */
export function decideDeclared(
  resource: PlannedResource,
  owned: Owned | null,
  input: PlanInput,
): Step | null {
  const { desired, place } = resource;
  const conflict = (because: Because, observed: Observed | null = null): Step =>
    declaredStep(resource, { action: 'conflict', because, observed }, input);
  if (input.denied.has(desired.address)) return conflict('denied');
  if (desired.blocked !== undefined) return conflict('blocked');
  if (input.unavailable.has(place.file)) return unknownStep(conflict('unavailable'));

  const observed = input.observed.get(place.key) ?? null;
  if (owned !== null && owned.place.key !== place.key) {
    if (input.unavailable.has(owned.place.file)) return unknownStep(conflict('unavailable'));
    const old = input.observed.get(owned.place.key);
    if (old !== undefined) {
      return observed === null
        ? move(resource, owned, old, input)
        : foreign(resource, observed, 'exists', input);
    }
    if (observed !== null && !isWritten(owned, observed, input))
      return decideForeign(resource, observed, input);
  }
  if (observed === null) return create(resource, owned, input);
  if (owned === null) return decideForeign(resource, observed, input);
  return decideOwned(resource, owned, observed, input);
}

/** Nothing is known of what is there, so nothing may ever be done on the strength of this step. */
function unknownStep(step: Step): Step {
  return { ...step, precondition: 'unavailable' };
}

function isWritten(owned: Owned, observed: Observed, input: PlanInput): boolean {
  return owned.entry !== null && digestWhole(observed.attributes, input.digest) === owned.entry.whole;
}

function create(resource: PlannedResource, owned: Owned | null, input: PlanInput): Step {
  const isMissing = owned !== null;
  const { base } = baseOf(owned, resource, null, input);
  const details: StepDetails = {
    action: 'create',
    because: isMissing ? 'missing' : 'declared',
    observed: null,
    owned,
    paths: creationPaths(resource, isMissing ? base : NO_BASE),
    ...(isMissing ? renamed(resource, owned) : {}),
  };
  return declaredStep(resource, details, input);
}

/** Something is there that is not ours: equal is adopted, different only taken over when somebody said so. */
function decideForeign(resource: PlannedResource, observed: Observed, input: PlanInput): Step {
  const { address, lifecycle } = resource.desired;
  if (compareAll(resource, observed).differences.length === 0) {
    return declaredStep(resource, { action: 'adopt', because: 'already-there', observed }, input);
  }
  const isTaken = lifecycle.adopt || input.options.takeOwnership.includes(address);
  return foreign(resource, observed, isTaken ? 'taken-over' : 'exists', input);
}

function foreign(
  resource: PlannedResource,
  observed: Observed,
  because: 'exists' | 'taken-over',
  input: PlanInput,
): Step {
  const { differences } = compareAll(resource, observed);
  const paths = pathChanges(differences, resource.desired.provider, input);
  if (because === 'exists') {
    return declaredStep(resource, { action: 'conflict', because, observed, paths }, input);
  }
  const taken = paths.map((path) => ({ ...path, cause: 'request' as const }));
  return declaredStep(resource, { action: updateOrReplace(taken), because, observed, paths: taken }, input);
}

/** Everything its client knows, not only what is declared. */
function compareAll(resource: PlannedResource, observed: Observed): Comparison {
  const { lifecycle } = resource.desired;
  return compare({
    desired: resource.attributes,
    observed: observed.attributes,
    base: NO_BASE,
    keep: lifecycle.keep,
    ignoreChanges: lifecycle.ignoreChanges,
    alsoObservedBut: observed.unknown,
  });
}

function decideOwned(
  resource: PlannedResource,
  owned: Owned,
  observed: Observed,
  input: PlanInput,
): Step | null {
  const secrets = secretNews(resource, input);
  if (secrets === null && isAsRecorded(resource, owned, observed, input)) return null;
  const { base, isLockCurrent } = baseOf(owned, resource, observed, input);
  const { keep, ignoreChanges } = resource.desired.lifecycle;
  const owns = input.traits(owned.provider).ownsAll?.(resource.place) === true;
  const sides = {
    desired: resource.attributes,
    observed: observed.attributes,
    base,
    keep,
    ignoreChanges,
    // A literal that stands where the secret was declared is what the secret is there to replace.
    alsoOwned: literalPlaces(resource, owned),
    ...(owns ? { alsoObservedBut: observed.unknown } : {}),
  };
  const { differences, isRecorded } = compare(sides);
  if (differences.length === 0) {
    const isCurrent = (isLockCurrent ?? isRecorded) && isBookkeepingCurrent(resource, owned);
    if (isCurrent && secrets === null) return null;
    const because = isCurrent && secrets !== null ? secrets : 'in-sync';
    const record = { action: 'record', because, observed, owned } as const;
    return declaredStep(resource, { ...record, ...renamed(resource, owned) }, input);
  }
  const paths = withCauses(pathChanges(differences, owned.provider, input), { resource, owned }, input);
  const action = updateOrReplace(paths);
  const isForbidden = action === 'replace' && (owned.protect || resource.desired.lifecycle.protect);
  const because = becauseOf(paths, secrets === 'rotated');
  const details: StepDetails = { action, because, observed, owned, paths, ...renamed(resource, owned) };
  if (!isForbidden) return declaredStep(resource, details, input);
  return declaredStep(resource, { ...details, action: 'conflict', because: 'protected' }, input);
}

/** Where texts of their own stand for secrets. Arguments are one value, and not a secret's alone. */
function literalPlaces(
  { desired }: PlannedResource,
  { entry }: Owned,
): ReadonlyMap<Pointer, 'now' | 'before'> {
  const places = desired.secrets.filter(({ pointer }) => /^\/(?:env|headers)\/./.test(pointer));
  return new Map(
    places.map(({ pointer, locator }) => [
      pointer,
      entry?.secrets.includes(locator) === true ? 'before' : 'now',
    ]),
  );
}

function move(resource: PlannedResource, owned: Owned, old: Observed, input: PlanInput): Step {
  const { base } = baseOf(owned, resource, old, input);
  const { keep, ignoreChanges } = resource.desired.lifecycle;
  const sides = { desired: resource.attributes, observed: old.attributes, base, keep, ignoreChanges };
  const paths = pathChanges(compare(sides).differences, owned.provider, input);
  const details: StepDetails = {
    action: 'move',
    because: 'renamed',
    observed: old,
    owned,
    paths: withCauses(paths, { resource, owned }, input),
    previousPlace: owned.place,
    ...renamed(resource, owned),
  };
  return declaredStep(resource, details, input);
}

function renamed(resource: PlannedResource, owned: Owned): Pick<StepDetails, 'previousAddress'> {
  return owned.address === resource.desired.address ? {} : { previousAddress: owned.address };
}

function updateOrReplace(paths: Step['paths']): 'update' | 'replace' {
  return paths.some((path) => path.forcesReplacement) ? 'replace' : 'update';
}

function withCauses(
  paths: Step['paths'],
  { resource, owned }: { readonly resource: PlannedResource; readonly owned: Owned },
  input: PlanInput,
): Step['paths'] {
  return withLockCauses(withSecretCauses(paths, resource, owned, input), resource, owned);
}

/**
 * What is to be said of the secrets of something that is as declared. What the client expands by itself it has anyway:
 * that is shown and recorded with the next step, and needs none of its own.
 */
function secretNews({ desired }: PlannedResource, { secrets }: PlanInput): 'ungranted' | 'rotated' | null {
  const ours = desired.secrets.filter(({ via }) => via !== 'reference');
  if (ours.some((use) => !secrets.isGranted(use, desired))) return 'ungranted';
  return ours.some((use) => secrets.hasChanged(use, desired.address)) ? 'rotated' : null;
}

function becauseOf(paths: Step['paths'], isRotated: boolean): Because {
  const hasDrifted = paths.some(({ cause }) => cause === 'drift' || cause === 'both');
  const hasChanged = paths.some(({ cause }) => cause !== 'drift');
  if (hasDrifted && hasChanged) return 'changed-and-drifted';
  if (hasDrifted) return 'drifted';
  if (paths.every(({ cause }) => cause === 'secret') && isRotated) return 'rotated';
  return paths.every(({ cause }) => cause === 'lock') ? 'repinned' : 'changed';
}
