import type { Context } from '../model/context.ts';
import type { Plan } from '../model/plan.ts';
import { readState, type State } from '../state/read-state.ts';
import type { Declared } from './declare.ts';
import { draftPlan, type PlanRequest } from './draft-plan.ts';
import { type Survey, survey } from './survey.ts';

export interface Preview {
  readonly plan: Plan;
  readonly state: State;
  readonly seen: Survey;
}

/** What apply would do, found out without a lock and without writing anything. */
export async function preview(declared: Declared, request: PlanRequest, ctx: Context): Promise<Preview> {
  const state = await readState(
    declared.books,
    { stack: declared.manifest.name, source: declared.loaded.source },
    ctx,
  );
  const seen = await survey(declared, state, ctx);
  const plan = await draftPlan(declared, seen.inventory, seen.world, request, ctx);
  return { plan: { ...plan, findings: [...plan.findings, ...seen.findings] }, state, seen };
}

/** A plan request with nothing special asked for. */
export const PLAIN: PlanRequest = { mode: 'apply', targets: [], takeOwnership: [], acceptsFiles: false };
