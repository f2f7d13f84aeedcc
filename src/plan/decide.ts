import type { Address } from '../model/address.ts';
import type { Step } from '../model/plan.ts';
import { decideDeclared } from './decide-declared.ts';
import { decideRemoved } from './decide-removed.ts';
import type { Owned } from './owned.ts';
import type { PlanInput, PlannedResource } from './plan-input.ts';
import type { Moves } from './resolve-moves.ts';
import { removedStep } from './step.ts';

/** What one run is about: everything by address. */
export interface Subject {
  readonly desired: ReadonlyMap<Address, PlannedResource>;
  readonly owned: ReadonlyMap<Address, Owned>;
  readonly moves: Moves;
}

/** One step per address that needs one. Without needs, in no particular order. */
export function decide(subject: Subject, input: PlanInput): ReadonlyMap<Address, Step> {
  const forgotten = new Set(input.options.forget);
  const steps = new Map<Address, Step>();
  const add = (step: Step | null): void => {
    if (step !== null) steps.set(step.address, step);
  };
  const { desired, owned } = subject;
  const occupants = occupantsOf(desired);
  if (input.mode !== 'destroy') {
    const previousOf = previousAddresses(subject, occupants);
    for (const [address, resource] of desired) {
      if (forgotten.has(address)) continue;
      add(decideDeclared(resource, owned.get(previousOf.get(address) ?? address) ?? null, input));
    }
  }
  for (const [address, ours] of owned) {
    if (forgotten.has(address)) add(decideRemoved(ours, 'requested', input));
    else if (input.mode === 'destroy') add(decideRemoved(asDeclared(ours, desired), 'destroy', input));
    else if (!desired.has(address))
      add(decideLeft(ours, subject, steps, occupants.get(ours.place.key), input));
  }
  return steps;
}

function occupantsOf(desired: Subject['desired']): ReadonlyMap<string, PlannedResource> {
  return new Map([...desired.values()].map((resource) => [resource.place.key, resource]));
}

/** Where a declared address was before: as `moved:` says, or because its very place has another name in the books. */
function previousAddresses(
  { desired, owned, moves }: Subject,
  occupants: ReadonlyMap<string, PlannedResource>,
): ReadonlyMap<Address, Address> {
  const previous = new Map(moves.fromOf);
  for (const { address, place } of owned.values()) {
    const occupant = occupants.get(place.key)?.desired.address;
    if (occupant === undefined || desired.has(address) || moves.toOf.has(address)) continue;
    const known = previous.get(occupant);
    if (owned.has(occupant) || moves.fromOf.has(occupant)) continue;
    if (known === undefined || address < known) previous.set(occupant, address);
  }
  return previous;
}

/** `destroy` spares what either the manifest or the books protect or orphan. */
function asDeclared(owned: Owned, desired: Subject['desired']): Owned {
  const lifecycle = desired.get(owned.address)?.desired.lifecycle;
  if (lifecycle === undefined) return owned;
  return {
    ...owned,
    protect: owned.protect || lifecycle.protect,
    onRemove: lifecycle.onRemove ?? owned.onRemove,
  };
}

/** An address of ours that is not declared (any more). */
function decideLeft(
  owned: Owned,
  { desired, moves }: Subject,
  steps: ReadonlyMap<Address, Step>,
  occupant: PlannedResource | undefined,
  input: PlanInput,
): Step | null {
  const to = moves.toOf.get(owned.address);
  const successor = (to === undefined ? undefined : desired.get(to)) ?? occupant;
  if (successor === undefined) {
    const isDisabled = input.disabled.has(owned.address) || (to !== undefined && input.disabled.has(to));
    return decideRemoved(owned, isDisabled ? 'disabled' : 'removed', input);
  }
  const step = steps.get(successor.desired.address);
  const isCarriedOver = step?.action === 'move' && step.previousAddress === owned.address;
  if (isCarriedOver || step?.action === 'conflict') return null;
  if (successor.place.key !== owned.place.key) return decideRemoved(owned, 'removed', input);
  // The object goes by another address now. Only the old line in the books goes; never the object.
  const observed = input.observed.get(owned.place.key) ?? null;
  return removedStep(owned, { action: 'forget', because: 'renamed', observed }, input);
}
