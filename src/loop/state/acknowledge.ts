import type { Address } from '../../model/address.ts';
import type { LoopState } from '../model.ts';

/**
 * Somebody has seen that an address is contended, or unhealthy for good: it is tried again, and counted anew. With
 * `*` all of them, and that the loop's own file was damaged, too.
 */
export function acknowledge(state: LoopState, address: Address | '*'): LoopState {
  if (address !== '*') {
    return {
      ...state,
      contended: without(state.contended, address),
      corrections: without(state.corrections, address),
      restarts: without(state.restarts, address),
    };
  }
  const { damaged: _, ...rest } = state;
  return { ...rest, contended: {}, corrections: {}, restarts: {} };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _, ...left } = record;
  return left;
}
