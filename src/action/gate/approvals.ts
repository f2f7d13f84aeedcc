import type { Finding } from '../../model/finding.ts';
import type { Plan, Step } from '../../model/plan.ts';
import { stepWithin } from '../../plan/within-approval.ts';

/** Somebody's yes to what a pull request showed at one commit. */
export interface Approval {
  readonly by: string;
  /** What that commit changes, computed again from its files: never what somebody says that it showed. */
  readonly plan: Plan;
}

export interface Approved {
  readonly approvals: readonly Approval[];
  /** How many people must have said yes to each step; at least 1. */
  readonly needed: number;
}

/**
 * Whether each step of `now` is no more than what enough people approved. Empty means yes. Less than what was shown is
 * fine, and so is nothing.
 */
export function withinApprovals(now: Plan, { approvals, needed }: Approved): readonly Finding[] {
  return now.steps.flatMap((step) => {
    const answers = approvals.map(({ by, plan }) => ({ by, findings: objections(plan, now, step) }));
    const people = new Set(answers.filter(({ findings }) => findings.length === 0).map(({ by }) => by));
    if (people.size >= needed) return [];
    // Whoever approved something else of this object knows best what is different now.
    const nearest = answers.filter(({ findings }) => findings.length > 0).at(-1)?.findings;
    if (people.size === 0 && nearest !== undefined) return nearest;
    return [tooFew(step, people.size, needed)];
  });
}

function objections(approved: Plan, now: Plan, step: Step): readonly Finding[] {
  if (approved.stack !== now.stack || approved.mode !== now.mode) return [tooFew(step, 0, 1)];
  return stepWithin(
    approved.steps.find(({ address }) => address === step.address),
    step,
  );
}

function tooFew({ address, action }: Step, found: number, needed: number): Finding {
  const who = found === 0 ? 'nobody' : `${found} of ${needed}`;
  return {
    code: 'ACTION_APPROVAL_MISSING',
    severity: 'error',
    message: `${address}: ${action} was approved by ${who}`,
    hint: 'set it back, and make it in a pull request that is approved as it is merged; or apply on the machine itself',
    address,
  };
}
