import type { Address } from '../model/address.ts';
import type { PathChange, Step } from '../model/plan.ts';

/** The targets and everything that must be there, or gone, before them. Null: no choice was made. */
export function targetClosure(
  targets: readonly Address[],
  steps: readonly Step[],
  dependsOn: (address: Address) => readonly Address[],
): ReadonlySet<Address> | null {
  if (targets.length === 0) return null;
  const byAddress = new Map(steps.map((step) => [step.address, step]));
  const movedTo = new Map(steps.map((step) => [step.previousAddress, step.address]));
  const closure = new Set<Address>();
  const queue = targets.flatMap((target) => [target, movedTo.get(target) ?? target]);
  for (const address of queue) {
    if (closure.has(address)) continue;
    closure.add(address);
    queue.push(...dependsOn(address), ...(byAddress.get(address)?.needs ?? []));
  }
  return closure;
}

/** Only what moved outside of us: everything the manifest alone asks for is left out. */
export function onlyDrift(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => {
    if (step.because === 'missing' || step.because === 'unavailable' || step.because === 'modified') {
      return [step];
    }
    if (step.because !== 'drifted' && step.because !== 'changed-and-drifted') return [];
    const paths = step.paths.filter(hasDrifted);
    const hasChanged = paths.some(({ cause }) => cause === 'both');
    const isReplaced = paths.some((path) => path.forcesReplacement);
    return [
      {
        ...step,
        action: isReplaced ? ('replace' as const) : ('update' as const),
        because: hasChanged ? ('changed-and-drifted' as const) : ('drifted' as const),
        paths,
        isDestructive: isReplaced,
      },
    ];
  });
}

function hasDrifted({ cause }: PathChange): boolean {
  return cause === 'drift' || cause === 'both';
}
