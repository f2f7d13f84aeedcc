import { assertNever } from '../model/assert-never.ts';
import type { Step } from '../model/plan.ts';
import type { Standing } from '../report/status.ts';

/** How an address stands, from what a plan would do about it. */
export function standingOf(step: Step | undefined): Standing {
  if (step === undefined) return 'in-sync';
  switch (step.action) {
    case 'record':
      return 'in-sync';
    case 'create':
      return step.because === 'missing' ? 'missing' : 'pending';
    case 'update':
    case 'replace':
      return step.because === 'drifted' || step.because === 'changed-and-drifted' ? 'drifted' : 'pending';
    case 'delete':
    case 'adopt':
    case 'move':
    case 'forget':
      return 'pending';
    case 'conflict':
      return 'conflict';
    default:
      return assertNever(step.action as never);
  }
}
