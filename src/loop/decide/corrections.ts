import type { Address } from '../../model/address.ts';
import type { Outcome } from '../../model/event.ts';
import type { Plan, Step } from '../../model/plan.ts';
import type { Contention, LoopState } from '../model.ts';
import { isCorrection } from './intent.ts';

/** Put back this often… */
const TOO_OFTEN = 3;
/** … within so many passes: then somebody fights. */
const AMONG_PASSES = 10;
const MOST_POINTERS = 20;
const MOST_SUSPECTS = 10;

export interface Corrected {
  readonly plan: Plan;
  readonly outcomes: ReadonlyMap<Address, Outcome>;
  /** Number of the pass. */
  readonly pass: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly suspects: (address: Address) => readonly string[];
}

/** What a pass put back, by address, in the order of the plan. */
export function correctedIn({ plan, outcomes }: Pick<Corrected, 'plan' | 'outcomes'>): readonly Step[] {
  return plan.steps.filter((step) => isCorrection(step) && outcomes.get(step.address)?.result === 'done');
}

/**
 * After a pass: what was put back in the last ten passes, and what was put back three times in them, which is
 * contended from then on until somebody acknowledges it. What was acknowledged is counted anew.
 */
export function noteCorrections(
  { corrections, contended }: Pick<LoopState, 'corrections' | 'contended'>,
  pass: Corrected,
): Pick<LoopState, 'corrections' | 'contended'> {
  const recent = new Map<Address, readonly number[]>();
  for (const [address, passes] of Object.entries(corrections)) {
    const left = passes.filter((each) => each > pass.pass - AMONG_PASSES).slice(-AMONG_PASSES);
    if (left.length > 0) recent.set(address, left);
  }
  const known = knownTo(pass.plan);
  const fights = new Map(Object.entries(contended).filter(([address]) => known(address)));
  for (const step of correctedIn(pass)) {
    const passes = [...(recent.get(step.address) ?? []), pass.pass];
    recent.set(step.address, passes);
    if (passes.length < TOO_OFTEN) continue;
    recent.delete(step.address);
    fights.set(step.address, contentionOf(step, pass));
  }
  return { corrections: Object.fromEntries(recent), contended: Object.fromEntries(fights) };
}

/** Whether an address is declared or in the books still. A plan that leaves something out cannot tell. */
function knownTo({ steps, unchanged, isComplete }: Plan): (address: Address) => boolean {
  if (!isComplete) return () => true;
  const addresses = new Set([...steps.map(({ address }) => address), ...unchanged]);
  return (address) => addresses.has(address);
}

function contentionOf({ address, paths }: Step, { time, suspects }: Corrected): Contention {
  const pointers = paths.length === 0 ? [''] : paths.slice(0, MOST_POINTERS).map(({ pointer }) => pointer);
  return { address, since: time, pointers, suspects: suspects(address).slice(0, MOST_SUSPECTS) };
}
