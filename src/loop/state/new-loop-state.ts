import { startingConditions } from '../decide/conditions.ts';
import type { LoopState } from '../model.ts';

/** What the loop knows before its first pass. */
export function newLoopState(source: string | null, nowMs: number): LoopState {
  return {
    formatVersion: 1,
    source,
    lastAttempted: null,
    lastApplied: null,
    conditions: startingConditions(nowMs),
    passes: 0,
    failures: 0,
    corrections: {},
    contended: {},
    unwanted: {},
    suspended: {},
    breakers: {},
    restarts: {},
  };
}
