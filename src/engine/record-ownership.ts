import { ownershipDigest } from '../lock/ownership-digest.ts';
import { printLock } from '../lock/print-lock.ts';
import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import type { Outcome } from '../model/event.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { Lock, SharedOwnership } from '../model/lock.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Rendered } from './observe.ts';
import { replaceText } from './replace-text.ts';

export interface OwnershipChange {
  readonly plan: Plan;
  readonly outcomes: readonly Outcome[];
  readonly rendered: readonly Rendered[];
}

type Ownership = Readonly<Record<Address, SharedOwnership>>;

/** Who owns what in files shared through git, after an apply. What failed or is in conflict stays as it was. */
export function nextOwnership(before: Ownership, { plan, outcomes, rendered }: OwnershipChange): Ownership {
  const next: Record<Address, SharedOwnership> = { ...before };
  const done = new Set(outcomes.filter(({ result }) => result === 'done').map(({ address }) => address));
  const wanted = new Map(rendered.map((resource) => [resource.desired.address, resource]));
  for (const step of plan.steps) {
    if (!done.has(step.address)) continue;
    if (step.previousAddress !== undefined) delete next[step.previousAddress];
    const resource = wanted.get(step.address);
    if (resource === undefined || step.action === 'delete' || step.action === 'forget')
      delete next[step.address];
    else if (step.place.isShared) next[step.address] = ownershipOf(step, resource, before);
  }
  return next;
}

function ownershipOf(step: Step, { desired, attributes }: Rendered, before: Ownership): SharedOwnership {
  const wasAdopted = before[step.previousAddress ?? step.address]?.adopted ?? false;
  const isWrittenAnew = step.action === 'create' || step.because === 'taken-over';
  return {
    digest: ownershipDigest(attributes),
    adopted: step.action === 'adopt' || (wasAdopted && !isWrittenAnew),
    ...(desired.lifecycle.protect ? { protect: true } : {}),
  };
}

/** Writes the lock file if ownership changed. */
export async function writeOwnership(
  path: string,
  lock: Lock,
  ownership: Ownership,
  ctx: Context,
): Promise<void> {
  const [next, now] = [ownership, lock.ownership].map((each) => canonicalJson(each as unknown as Json));
  if (next !== now) await replaceText(path, printLock({ ...lock, ownership }), 'LOCK_UNWRITABLE', ctx);
}
