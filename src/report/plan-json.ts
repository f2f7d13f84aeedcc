import type { Plan } from '../model/plan.ts';

/** A plan for machines, as `schemas/plan.schema.json` describes it. Same plan, same bytes. */
export function renderPlanJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}
