import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { Job } from './job.ts';
import { pickOptions, READING } from './pick-options.ts';
import type { Revisions } from './revisions.ts';
import { answerOf, asError, type Failure, runMcpform } from './run-mcpform.ts';

export interface Made {
  readonly exitCode: number;
  /** Null when there is none, and `error` says why. */
  readonly plan: Plan | null;
  readonly error: Failure | null;
  readonly findings: readonly Finding[];
}

export interface PlanWish {
  /** Null: the manifest with what this machine has. */
  readonly revisions: (Pick<Revisions, 'from'> & { readonly to: string | null }) | null;
  /** Files of organisation policies. */
  readonly policies: readonly string[];
  /** Whether built-in checks run at their default levels, where no policy says otherwise. */
  readonly checks: boolean;
  /** Where to save an approval to. */
  readonly out?: string;
}

/** Has the command line make a plan. */
export async function makePlan({ revisions, policies, checks, out }: PlanWish, job: Job): Promise<Made> {
  const args = [
    'plan',
    ...(revisions === null ? [] : ['--from', revisions.from]),
    ...(revisions === null || revisions.to === null ? [] : ['--to', revisions.to]),
    ...filesOf(job),
    ...policies.flatMap((policy) => ['--policy', policy]),
    ...(checks ? ['--checks'] : []),
    ...(out === undefined ? [] : ['--out', out]),
    ...job.inputs.args,
  ];
  const ran = await runMcpform(args, job.may);
  const { exitCode, error } = ran;
  if (error !== null) return { exitCode, plan: null, error, findings: error.findings };
  // Printed by the same version of ourselves.
  const plan = answerOf(ran) as unknown as Plan;
  return { exitCode, plan, error: null, findings: plan.findings };
}

/** Between two revisions, for ourselves: of the inputs, only what the manifest means depends on counts. */
export async function tryPlanBetween(revisions: NonNullable<PlanWish['revisions']>, job: Job): Promise<Made> {
  const args = pickOptions(job.inputs.args, READING);
  return await makePlan(
    { revisions, policies: [], checks: false },
    { ...job, inputs: { ...job.inputs, args } },
  );
}

/** The same; throws why there is none. */
export async function planBetween(...given: Parameters<typeof tryPlanBetween>): Promise<Plan> {
  const { plan, error } = await tryPlanBetween(...given);
  if (plan === null) throw error === null ? new Error('neither a plan nor an error') : asError(error);
  return plan;
}

export function filesOf({ inputs }: Job): readonly string[] {
  return inputs.files.flatMap((file) => ['--file', file]);
}
