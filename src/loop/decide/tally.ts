import type { Address } from '../../model/address.ts';
import type { Outcome } from '../../model/event.ts';
import type { Plan, Step } from '../../model/plan.ts';
import { isRestart } from './intent.ts';

/** The steps of a pass by what became of them. */
export interface Tally {
  readonly done: readonly Address[];
  /** Failed, rolled back, or never begun because of something that was. */
  readonly failed: readonly Address[];
  /** What the first of those that failed said; null where none said anything. */
  readonly firstError: string | null;
  /** Might have been done, and nobody tried. */
  readonly untried: readonly Address[];
  /** By the reason for which the loop left them alone, but for restarts. */
  readonly held: ReadonlyMap<string, readonly Step[]>;
  /** In conflict by itself, by reason. */
  readonly conflicts: ReadonlyMap<string, readonly Step[]>;
}

export function tally({ steps }: Plan, outcomes: ReadonlyMap<Address, Outcome>): Tally {
  const done: Address[] = [];
  const failed: Address[] = [];
  const untried: Address[] = [];
  const held = new Map<string, Step[]>();
  const conflicts = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.held !== undefined) {
      if (!isRestart(step)) put(held, step.held.because, step);
    } else if (step.action === 'conflict') {
      put(conflicts, step.because, step);
    } else {
      const result = outcomes.get(step.address)?.result;
      (result === undefined ? untried : result === 'done' ? done : failed).push(step.address);
    }
  }
  return { done, failed, firstError: firstErrorOf(failed, outcomes), untried, held, conflicts };
}

/** What was skipped says only what it waited for. */
function firstErrorOf(failed: readonly Address[], outcomes: ReadonlyMap<Address, Outcome>): string | null {
  const tried = failed.map((address) => outcomes.get(address)).filter((each) => each?.result !== 'skipped');
  return tried.find((each) => each?.error !== undefined)?.error?.message ?? null;
}

function put(map: Map<string, Step[]>, key: string, step: Step): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [step]);
  else there.push(step);
}
