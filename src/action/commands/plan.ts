import { join } from 'node:path';
import { EXIT } from '../../model/exit-code.ts';
import type { Plan } from '../../model/plan.ts';
import { type Compared, findCompared } from '../compared.ts';
import { failsOn } from '../fail-on.ts';
import { fetchPolicies } from '../fetch-policies.ts';
import type { Job } from '../job.ts';
import { type Made, makePlan } from '../make-plan.ts';
import { openPullComment, type PullComment } from '../pull-comment.ts';
import { reportFolder, writeReports } from '../reports.ts';
import type { FailureReason, Result } from '../result.ts';
import { logPlan } from '../tell-log.ts';
import { tellSummary } from '../tell-summary.ts';

/** Plans, and says so wherever somebody looks. */
export async function plan(job: Job): Promise<Result> {
  const compared = await findCompared(job);
  const comments = await openComments(compared, job);
  for (const comment of comments) await comment.outdate(compared.head);
  const policies = await fetchPolicies(compared.revisions?.from ?? null, job);
  const out = compared.revisions === null ? join(await reportFolder(job), 'approval.mcpform') : null;
  if (out !== null) await job.around.system.files.remove(out).catch(() => undefined);
  const { revisions } = compared;
  const made = await makePlan({ revisions, policies, checks: true, ...(out === null ? {} : { out }) }, job);
  if (made.plan !== null) logPlan(made.plan, job.log);
  for (const comment of comments) await comment.show({ ...made, head: compared.head });
  await tellSummary({ ...made, head: compared.head }, job);
  return {
    exitCode: made.exitCode,
    failure: reasonOf(made, job),
    findings: made.findings,
    plan: made.plan,
    outputs: {
      ...(await writeReports(made.plan, made.findings, job)),
      ...(out === null || made.plan === null ? {} : { 'plan-path': out }),
    },
  };
}

async function openComments({ pulls }: Compared, job: Job): Promise<readonly PullComment[]> {
  if (!job.inputs.comment || pulls.length === 0) return [];
  const gitHub = await job.gitHub();
  return gitHub === null ? [] : pulls.map(({ number }) => openPullComment(number, gitHub, job));
}

function reasonOf({ exitCode, plan: made }: Made, { inputs }: Job): FailureReason | null {
  if (exitCode === EXIT.denied) return 'policy-denied';
  if (made === null) return exitCode === EXIT.locked ? 'state-locked' : 'invalid';
  if (exitCode !== EXIT.ok && exitCode !== EXIT.changes) return isBroken(made) ? 'invalid' : 'error';
  return failsOn(made, inputs.failOn);
}

function isBroken({ findings }: Plan): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
