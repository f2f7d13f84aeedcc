import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';

export type FailureReason =
  | 'invalid' // manifest, lock or an input
  | 'policy-denied'
  | 'not-approved'
  | 'plan-changed'
  | 'state-locked'
  | 'apply-failed'
  | 'changes'
  | 'drift'
  | 'destroy'
  | 'policy'
  | 'error';

/** What a command of the action found out. */
export interface Result {
  /** What the command line returned; documented in docs/exit-codes.md. */
  readonly exitCode: number;
  /** Null: the step is green. */
  readonly failure: FailureReason | null;
  readonly findings: readonly Finding[];
  readonly plan: Plan | null;
  /** Set by `drift`. */
  readonly hasDrift?: boolean;
  /** More outputs of the step, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}
