import type { Condition, ConditionType, Transition } from '../model.ts';
import { type Verdict, verdict } from './verdict.ts';

export const CONDITION_TYPES: readonly ConditionType[] = [
  'Ready',
  'Reconciling',
  'Stalled',
  'Healthy',
  'Contended',
  'SourceVerified',
];

/** Before the first pass. */
export function startingConditions(nowMs: number): readonly Condition[] {
  const since = new Date(nowMs).toISOString();
  return CONDITION_TYPES.map((type) => ({
    type,
    status: 'Unknown',
    reason: 'Starting',
    message: 'no pass was made yet',
    since,
    revision: null,
  }));
}

export interface Pass {
  readonly stack: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The revision that the verdicts are about. */
  readonly revision: string | null;
}

/**
 * The conditions after a pass, and which of them say something else than before: another status or another reason.
 * `since` moves with the status alone. Without a verdict a condition is as it was.
 */
export function settleConditions(
  before: readonly Condition[],
  verdicts: Readonly<Record<ConditionType, Verdict | null>>,
  pass: Pass,
): { readonly conditions: readonly Condition[]; readonly transitions: readonly Transition[] } {
  const conditions: Condition[] = [];
  const transitions: Transition[] = [];
  for (const type of CONDITION_TYPES) {
    const known = before.find((each) => each.type === type) ?? null;
    const said = verdicts[type] ?? (known === null ? verdict('Unknown', 'Starting', 'not known yet') : null);
    if (said === null) {
      conditions.push(known as Condition);
      continue;
    }
    const { status, reason, message, addresses } = said;
    const since = known?.status === status ? known.since : pass.time;
    const after: Condition = { type, status, reason, message, since, revision: pass.revision };
    conditions.push(after);
    if (known?.status === status && known.reason === reason) continue;
    transitions.push({ stack: pass.stack, before: known, after, time: pass.time, addresses });
  }
  return { conditions, transitions };
}
