import type { Plan } from '../../model/plan.ts';

/** Whether a plan between revisions shows everything as new, because its older one cannot be planned. */
export function isBaseUnknown({ findings }: Plan): boolean {
  return findings.some(({ code }) => code === 'PLAN_BASE_UNREADABLE');
}
