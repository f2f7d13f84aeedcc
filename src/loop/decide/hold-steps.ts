import type { Address } from '../../model/address.ts';
import type { HeldBecause, Step } from '../../model/plan.ts';
import type { LoopState } from '../model.ts';
import { isOpenAt } from '../schedule/windows.ts';
import { isSuspended } from '../state/suspend.ts';
import { isRestart } from './intent.ts';
import { modeOf } from './mode-of.ts';
import { isRestartDue } from './restarts.ts';
import type { DecideSettings } from './settings.ts';

export interface HoldOptions extends DecideSettings {
  /** Before this pass. */
  readonly state: LoopState;
  /** Ms since the epoch. */
  readonly nowMs: number;
  /** Whether a step takes data along that nobody can make again. */
  readonly losesData: (step: Step) => boolean;
}

/**
 * Which steps the loop leaves alone in this pass, and why: the first reason in the order of the code, so that what a
 * person said comes before what the loop found. A conflict needs no holding.
 */
export function holdsFor(steps: readonly Step[], options: HoldOptions): ReadonlyMap<Address, HeldBecause> {
  const isOpen = isOpenAt(options.windows, options.nowMs);
  const held = new Map<Address, HeldBecause>();
  for (const step of steps) {
    if (step.action === 'conflict') continue;
    const because = whyHeld(step, isOpen, options);
    if (because !== null) held.set(step.address, because);
  }
  return held;
}

function whyHeld(step: Step, isOpen: boolean, options: HoldOptions): HeldBecause | null {
  const { state, nowMs } = options;
  const addresses =
    step.previousAddress === undefined ? [step.address] : [step.address, step.previousAddress];
  if (state.damaged !== undefined) return 'suspended';
  if (addresses.some((address) => isSuspended(state, address, nowMs))) return 'suspended';
  if (addresses.some((address) => modeOf(address, options) !== 'enforce')) return 'observed';
  if (addresses.some((address) => Object.hasOwn(state.contended, address))) return 'contended';
  if (!isOpen) return 'window';
  const kept = step.action === 'delete' ? whyKept(step, options) : null;
  if (kept !== null) return kept;
  if (options.losesData(step)) return 'data';
  if (isRestart(step) && !isRestartDue(state.restarts[step.address], options.restart, nowMs)) {
    return 'restarting';
  }
  return null;
}

/** This pass is one of those in which it was due. */
function whyKept({ address }: Step, { state, prune, pruneAfter }: HoldOptions): HeldBecause | null {
  if (!prune) return 'unpruned';
  return (state.unwanted[address] ?? 0) + 1 < pruneAfter ? 'unconfirmed' : null;
}
