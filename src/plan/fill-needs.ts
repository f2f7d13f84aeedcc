import type { Address } from '../model/address.ts';
import type { Step } from '../model/plan.ts';

import { compareText, isLeaving } from './step.ts';

export interface Dependencies {
  /** As declared now. */
  declared(address: Address): readonly Address[];
  /** As declared when it was last written. */
  recorded(address: Address): readonly Address[];
}

/**
 * What each step waits for: declared dependencies that have a step. A delete waits the other way round, for all
 * that was written as depending on it. An old line in the books goes only after the new one is there.
 */
export function fillNeeds(steps: readonly Step[], dependencies: Dependencies): readonly Step[] {
  const byAddress = new Map(steps.map((step) => [step.address, step]));
  const dependents = dependentsInBooks(steps, dependencies);
  const successors = new Map(steps.map(({ address, previousAddress }) => [previousAddress, address]));
  return steps.map((step) => {
    const needs = new Set(candidates().filter(isWaitedFor));
    return needs.size === 0 ? step : { ...step, needs: [...needs].sort(compareText) };

    function candidates(): readonly Address[] {
      if (!isLeaving(step)) return dependencies.declared(step.address);
      const successor = successors.get(step.address);
      const own = successor === undefined ? [] : [successor];
      return step.action === 'forget' ? own : [...own, ...(dependents.get(step.address) ?? [])];
    }

    function isWaitedFor(address: Address): boolean {
      const other = byAddress.get(address);
      if (other === undefined || other === step) return false;
      // What stays never waits for what goes: that would be a circle.
      return isLeaving(step) || !isLeaving(other);
    }
  });
}

function dependentsInBooks(
  steps: readonly Step[],
  dependencies: Dependencies,
): ReadonlyMap<Address, readonly Address[]> {
  const dependents = new Map<Address, Address[]>();
  for (const { address, previousAddress } of steps) {
    for (const dependency of dependencies.recorded(previousAddress ?? address)) {
      const others = dependents.get(dependency);
      if (others === undefined) dependents.set(dependency, [address]);
      else others.push(address);
    }
  }
  return dependents;
}

/** Drops needs that have no step (any more), and for steps that go on, those that are in conflict. */
export function trimNeeds(steps: readonly Step[]): readonly Step[] {
  const byAddress = new Map(steps.map((step) => [step.address, step]));
  return steps.map((step) => {
    const needs = step.needs.filter((need) => {
      const other = byAddress.get(need);
      return other !== undefined && (step.action === 'conflict' || other.action !== 'conflict');
    });
    return needs.length === step.needs.length ? step : { ...step, needs };
  });
}
