import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan, Step } from '../model/plan.ts';
import { plan } from '../plan/plan.ts';
import type { PlanInput, PlannedResource } from '../plan/plan-input.ts';
import { type OtherStack, placesOfOtherStacks } from './other-stacks.ts';

/**
 * What another stack of this user owns is not free to adopt, to take over or to create, also when it is not there.
 * Other books are read only when something would become ours, so the usual plan costs nothing.
 */
export async function leaveOtherStacks(
  drafted: Plan,
  input: PlanInput,
  books: string,
  ctx: Context,
): Promise<Plan> {
  const wanted = drafted.steps.filter(becomesOurs);
  if (wanted.length === 0) return drafted;
  const others = await placesOfOtherStacks(books, ctx);
  const owners = new Map(wanted.map(({ address, place }) => [address, others.get(place.key)]));
  if ([...owners.values()].every((owner) => owner === undefined)) return drafted;
  const desired = input.desired.map((resource) => {
    const owner = owners.get(resource.desired.address);
    if (owner === undefined) return resource;
    return { ...resource, desired: { ...resource.desired, blocked: ownedElsewhere(resource, owner) } };
  });
  return plan({ ...input, desired });
}

function becomesOurs({ action, because }: Step): boolean {
  return action === 'adopt' || action === 'move' || because === 'taken-over' || because === 'declared';
}

function ownedElsewhere({ desired, place }: PlannedResource, owner: OtherStack): Finding {
  const { stack, root, books } = owner;
  return {
    code: 'STATE_OTHER_STACK',
    severity: 'error',
    message: `"${desired.address}" is managed by stack "${stack}" of "${root}"`,
    hint: `remove it from one of the two manifests; \`mcpform forget ${desired.address}\` there lets go of it; if that stack is gone for good, so may be its books: "${books}"`,
    address: desired.address,
    at: { ...desired.at, file: desired.at.file || place.file },
  };
}
