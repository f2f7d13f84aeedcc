import type { Address } from '../model/address.ts';
import type { Step } from '../model/plan.ts';
import { isLeaving } from './step.ts';

/**
 * What others in conflict hold up: all that changes the world, and forgetting, which waits only for the new line
 * in the books. To adopt and to record changes our books alone, and goes on.
 */
const isHeldUp: ReadonlySet<Step['action']> = new Set([
  'create',
  'update',
  'replace',
  'delete',
  'move',
  'forget',
]);

/**
 * Steps that wait for something in conflict become conflicts themselves, and so on down the line. Expects `needs` to be filled.
 */
export function blockDependents(steps: readonly Step[]): readonly Step[] {
  const dependents = dependentsOf(steps);
  const blockedBy = new Map<Address, Address>();
  const queue = steps.filter((step) => step.action === 'conflict').map((step) => step.address);
  for (const blocker of queue) {
    for (const { address, action } of dependents.get(blocker) ?? []) {
      if (!isHeldUp.has(action)) continue;
      const known = blockedBy.get(address);
      if (known === undefined) queue.push(address);
      // Of several, name the same one whatever the order was.
      if (known === undefined || blocker < known) blockedBy.set(address, blocker);
    }
  }
  return steps.map((step) => blocked(step, blockedBy.get(step.address)));
}

/** Per address, the steps that wait for it. */
export function dependentsOf(steps: readonly Step[]): ReadonlyMap<Address, readonly Step[]> {
  const dependents = new Map<Address, Step[]>();
  for (const step of steps) {
    for (const need of step.needs) {
      const others = dependents.get(need);
      if (others === undefined) dependents.set(need, [step]);
      else others.push(step);
    }
  }
  return dependents;
}

function blocked(step: Step, blockedBy: Address | undefined): Step {
  if (blockedBy === undefined) return step;
  const conflict = { ...step, action: 'conflict', because: 'dependency', paths: [], secrets: [] } as const;
  return { ...conflict, ...(isLeaving(step) ? { isLeaving: true } : {}), isDestructive: false, blockedBy };
}
