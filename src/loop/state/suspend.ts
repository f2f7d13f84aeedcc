import type { Address } from '../../model/address.ts';
import type { LoopState, Suspension } from '../model.ts';

/** Leaves an address, or with `*` all of them, alone from now on. What was said of it before is replaced. */
export function suspend(
  state: LoopState,
  address: Address | '*',
  how: { readonly untilMs?: number; readonly reason?: string; readonly nowMs: number },
): LoopState {
  const suspension: Suspension = {
    since: new Date(how.nowMs).toISOString(),
    ...(how.untilMs === undefined ? {} : { until: new Date(how.untilMs).toISOString() }),
    ...(how.reason === undefined ? {} : { reason: how.reason }),
  };
  return { ...state, suspended: { ...state.suspended, [address]: suspension } };
}

/** Takes back what was said of this address, or of all with `*`: what was said of single ones then still holds. */
export function resume(state: LoopState, address: Address | '*'): LoopState {
  const { [address]: _, ...suspended } = state.suspended;
  return { ...state, suspended };
}

/** Whether an address is left alone because somebody said so. */
export function isSuspended({ suspended }: LoopState, address: Address | '*', nowMs: number): boolean {
  return [suspended[address], suspended['*']].some((each) => each !== undefined && !isOver(each, nowMs));
}

/** Without the suspensions whose time is over. */
export function expireSuspensions(suspended: LoopState['suspended'], nowMs: number): LoopState['suspended'] {
  return Object.fromEntries(Object.entries(suspended).filter(([, each]) => !isOver(each, nowMs)));
}

/** An end that cannot be read is none. */
function isOver({ until }: Suspension, nowMs: number): boolean {
  return until !== undefined && Date.parse(until) <= nowMs;
}
