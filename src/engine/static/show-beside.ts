import type { Address } from '../../model/address.ts';
import { type Pointer, sameJson } from '../../model/json.ts';
import { isWithin, leavesOf } from '../../model/leaves.ts';
import type { PathChange, Step } from '../../model/plan.ts';
import type { Desired } from '../../model/resource.ts';
import type { Resource } from '../expansion.ts';
import { type Leaves, leavesOfLaunch } from './launch-leaves.ts';

type ByAddress = ReadonlyMap<Address, Resource>;

/**
 * The steps with what is written beside an object: below `/launch` what it starts through `mcpform exec`, of which the
 * object has only the id, and below `/lifecycle` what guards it. Whoever reviews two revisions has no machine to ask.
 */
export async function showBeside(
  steps: readonly Step[],
  { base, head }: { readonly base: ByAddress; readonly head: ByAddress },
): Promise<readonly Step[]> {
  return await Promise.all(
    steps.map(async (step) => {
      const was = base.get(step.previousAddress ?? step.address)?.desired;
      const is = head.get(step.address)?.desired;
      if (is === undefined || step.action === 'conflict') return step;
      const launch = changes(await leavesOfLaunch(was), await leavesOfLaunch(is), step);
      const lifecycle = was === undefined ? [] : changes(leavesOfLifecycle(was), leavesOfLifecycle(is), step);
      const beside = [...launch, ...lifecycle];
      return beside.length === 0 ? step : { ...step, paths: [...step.paths, ...beside].sort(byPointer) };
    }),
  );
}

function leavesOfLifecycle({ lifecycle }: Desired): Leaves {
  return leavesOf({ lifecycle: { ...lifecycle } });
}

function changes(was: Leaves, is: Leaves, { pin }: Step): readonly PathChange[] {
  const pointers = [...new Set([...was.keys(), ...is.keys()])];
  return pointers.flatMap((pointer): readonly PathChange[] => {
    const [before, after] = [was.get(pointer), is.get(pointer)];
    if (sameJson(before, after)) return [];
    const isOfPin = pin?.before !== undefined && PINNED.some((owner) => isWithin(pointer, owner));
    return [
      {
        pointer,
        ...(before === undefined ? {} : { before: { value: before } }),
        ...(after === undefined ? {} : { after: { value: after } }),
        cause: isOfPin ? 'lock' : 'config',
      },
    ];
  });
}

const PINNED: readonly Pointer[] = ['package', 'integrity', 'tree', 'image'].map((key) => `/launch/${key}`);

function byPointer(a: PathChange, b: PathChange): number {
  return a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0;
}
