import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { readState, type State } from '../state/read-state.ts';
import type { Declared } from './declare.ts';
import { draftPlan, type PlanRequest } from './draft-plan.ts';
import { secretStanding } from './secrets/standing.ts';
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
  const { closed } = request;
  const seen = await survey(declared, closed === undefined ? state : { ...state, closed }, ctx);
  const secrets = await secretStanding(declared, { looks: request.checksSecrets }, ctx);
  const plan = await draftPlan(declared, seen.inventory, { world: seen.world, secrets }, request, ctx);
  const unprepared = await unpreparedFindings(seen, plan, ctx);
  const findings = [...plan.findings, ...seen.findings, ...unprepared];
  return { plan: { ...plan, findings }, state, seen };
}

/** Entries that need nothing, but start something that is gone. */
async function unpreparedFindings({ world }: Survey, plan: Plan, ctx: Context): Promise<readonly Finding[]> {
  const unchanged = new Set(plan.unchanged);
  const launched = world.rendered.filter(
    ({ desired }) => desired.launch !== undefined && unchanged.has(desired.address),
  );
  if (launched.length === 0) return [];
  const { findUnprepared } = await import('./prepare-launches.ts');
  return await findUnprepared(launched, ctx);
}

/** A plan request with nothing special asked for. */
export const PLAIN: PlanRequest = {
  mode: 'apply',
  targets: [],
  takeOwnership: [],
  acceptsFiles: false,
  allowsDowngrade: false,
  checksSecrets: false,
};
