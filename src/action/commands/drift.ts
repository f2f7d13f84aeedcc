import { EXIT } from '../../model/exit-code.ts';
import type { Plan } from '../../model/plan.ts';
import { tellDrift } from '../drift-issue.ts';
import type { Job } from '../job.ts';
import { filesOf } from '../make-plan.ts';
import { writeReports } from '../reports.ts';
import type { Result } from '../result.ts';
import { answerOf, runMcpform } from '../run-mcpform.ts';
import { logPlan } from '../tell-log.ts';
import { tellSummary } from '../tell-summary.ts';

/** Looks whether this machine is still as it was left. */
export async function drift(job: Job): Promise<Result> {
  const { around, inputs } = job;
  const head = around.env['GITHUB_SHA'] ?? '';
  const ran = await runMcpform(['drift', ...filesOf(job), ...inputs.args], job.may);
  const { exitCode, error } = ran;
  if (error !== null) {
    await tellSummary({ plan: null, error, head }, job);
    const outputs = await writeReports(null, error.findings, job);
    return {
      exitCode,
      failure: exitCode === EXIT.locked ? 'state-locked' : 'error',
      findings: error.findings,
      plan: null,
      outputs,
    };
  }
  const plan = answerOf(ran) as unknown as Plan;
  const hasDrift = plan.steps.length > 0;
  logPlan(plan, job.log);
  if (inputs.issue) await tellDrift(plan, hasDrift, job);
  await tellSummary({ plan, error: null, head }, job);
  return {
    exitCode,
    failure: hasDrift && (inputs.failOn.has('drift') || inputs.failOn.has('changes')) ? 'drift' : null,
    findings: plan.findings,
    plan,
    hasDrift,
    outputs: await writeReports(plan, plan.findings, job),
  };
}
