import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { plan } from '../plan/plan.ts';
import type { PlanInput, PlannedResource } from '../plan/plan-input.ts';
import { placesOfOtherStacks } from './other-stacks.ts';

/**
 * What another stack of this user owns is not free to adopt or to take over. Other books are read only when
 * something would be, so the usual plan costs nothing.
 */
export async function leaveOtherStacks(
  drafted: Plan,
  input: PlanInput,
  books: string,
  ctx: Context,
): Promise<Plan> {
  const wanted = drafted.steps.filter(
    ({ action, because }) => action === 'adopt' || because === 'taken-over',
  );
  if (wanted.length === 0) return drafted;
  const others = await placesOfOtherStacks(books, ctx);
  const owners = new Map(wanted.map(({ address, place }) => [address, others.get(place.key)]));
  const desired = input.desired.map((resource) => {
    const owner = owners.get(resource.desired.address);
    if (owner === undefined) return resource;
    return { ...resource, desired: { ...resource.desired, blocked: ownedElsewhere(resource, owner) } };
  });
  return plan({ ...input, desired });
}

function ownedElsewhere({ desired, place }: PlannedResource, owner: string): Finding {
  return {
    code: 'STATE_OTHER_STACK',
    severity: 'error',
    message: `"${desired.address}" is managed by stack "${owner}"`,
    hint: `remove it from one of the two manifests; \`mcpform forget ${desired.address}\` there makes "${owner}" let go of it`,
    address: desired.address,
    at: { ...desired.at, file: desired.at.file || place.file },
  };
}
