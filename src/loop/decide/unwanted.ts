import type { Address } from '../../model/address.ts';
import type { Outcome } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import type { LoopState } from '../model.ts';
import { intentOf } from './intent.ts';

/** Nobody asks for more, and a number that only grows has no place in a file that is kept for years. */
const MOST_COUNTED = 1_000;

/** After a pass: in how many consecutive passes each address was due to be deleted. What could not be seen is as it was. */
export function noteUnwanted(
  unwanted: LoopState['unwanted'],
  { plan, outcomes }: { readonly plan: Plan; readonly outcomes: ReadonlyMap<Address, Outcome> },
): LoopState['unwanted'] {
  const noted: [Address, number][] = [];
  for (const step of plan.steps) {
    const count = unwanted[step.address] ?? 0;
    if (step.because === 'unavailable') {
      if (count > 0) noted.push([step.address, count]);
    } else if (intentOf(step).action === 'delete' && outcomes.get(step.address)?.result !== 'done') {
      noted.push([step.address, Math.min(MOST_COUNTED, count + 1)]);
    }
  }
  return Object.fromEntries(noted);
}
