import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { needsApproval } from '../plan/needs-approval.ts';
import type { FailOn } from './inputs.ts';

/** The first of the wishes that the plan does not meet; null: none. */
export function failsOn(plan: Plan, wishes: ReadonlySet<FailOn>): FailOn | null {
  const checks: readonly (readonly [FailOn, boolean])[] = [
    ['policy', isAgainstPolicy(plan)],
    ['destroy', plan.steps.some(({ isDestructive, action }) => isDestructive || action === 'delete')],
    ['drift', hasDrift(plan)],
    ['changes', isChange(plan)],
  ];
  return checks.find(([wish, isTrue]) => isTrue && wishes.has(wish))?.[0] ?? null;
}

/** Whether a person has to say yes to any of it, or has to solve it. */
export function isChange(plan: Plan): boolean {
  return plan.steps.some((step) => step.action === 'conflict' || needsApproval(step));
}

/** Whether what is there is no longer what was applied. */
export function hasDrift(plan: Plan): boolean {
  return plan.steps.some(
    ({ because, paths }) =>
      because === 'drifted' ||
      because === 'changed-and-drifted' ||
      because === 'missing' ||
      paths.some(({ cause }) => cause === 'drift' || cause === 'both'),
  );
}

/** Where there is no plan. */
export function failsOnFindings(
  findings: readonly Finding[],
  wishes: ReadonlySet<FailOn>,
): Extract<FailOn, 'policy'> | null {
  return wishes.has('policy') && findings.some(isJudgement) ? 'policy' : null;
}

/** Warnings too: whoever asks for this wants a policy without exceptions that nobody wrote down. */
function isAgainstPolicy({ steps, findings }: Plan): boolean {
  return steps.some(({ because }) => because === 'denied') || findings.some(isJudgement);
}

function isJudgement({ code, severity }: Finding): boolean {
  return severity !== 'info' && (code.startsWith('POLICY_') || code.startsWith('CHECK_'));
}
