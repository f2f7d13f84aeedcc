import { EXIT } from '../model/exit-code.ts';
import { exitCodeOf } from '../model/exit-code-of.ts';
import type { Plan } from '../model/plan.ts';

/** Whether policy denies something in the plan: a resource, or what the plan would do with one. */
export function isDenied({ steps, findings }: Pick<Plan, 'steps' | 'findings'>): boolean {
  return (
    steps.some(({ because }) => because === 'denied') ||
    findings.some(({ severity, code }) => severity === 'error' && exitCodeOf(code) === EXIT.denied)
  );
}
