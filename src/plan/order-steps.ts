import type { Address } from '../model/address.ts';
import type { Step } from '../model/plan.ts';
import { dependentsOf } from './block-dependents.ts';
import { compareText, isLeaving } from './step.ts';

/** Topological, ties by address; what leaves comes last. Breaks a circle in old books at its first address. */
export function orderSteps(steps: readonly Step[]): readonly Step[] {
  const staying = steps.filter((step) => !isLeaving(step));
  return [...orderOnce(staying), ...orderOnce(steps.filter(isLeaving))];
}

/** Layer by layer: everything that waits for nothing more, by address. Ignores needs outside `steps`. */
function orderOnce(steps: readonly Step[]): readonly Step[] {
  const left = new Map(steps.map((step) => [step.address, step]));
  const dependents = dependentsOf(steps);
  const open = new Map(
    steps.map((step) => [step.address, step.needs.filter((need) => left.has(need)).length]),
  );
  const ordered: Step[] = [];
  let ready = steps.filter((step) => open.get(step.address) === 0);
  while (left.size > 0) {
    const layer = ready.length > 0 ? ready.sort(byAddress) : [withoutCircle(left)];
    for (const step of layer) left.delete(step.address);
    ordered.push(...layer);
    ready = layer.flatMap((step) => freed(dependents.get(step.address) ?? [], open, left));
  }
  return ordered;
}

function freed(
  dependents: readonly Step[],
  open: Map<Address, number>,
  left: ReadonlyMap<Address, Step>,
): readonly Step[] {
  return dependents.filter(({ address }) => {
    const count = (open.get(address) as number) - 1;
    open.set(address, count);
    return count === 0 && left.has(address);
  });
}

function withoutCircle(left: ReadonlyMap<Address, Step>): Step {
  const first = [...left.values()].sort(byAddress)[0] as Step;
  return { ...first, needs: first.needs.filter((need) => !left.has(need)) };
}

function byAddress(a: Step, b: Step): number {
  return compareText(a.address, b.address);
}
