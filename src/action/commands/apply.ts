import type { Event } from '../../model/event.ts';
import { EXIT } from '../../model/exit-code.ts';
import { fetchPolicies } from '../fetch-policies.ts';
import { type Passed, passGate } from '../gate/pass-gate.ts';
import type { Job } from '../job.ts';
import { filesOf } from '../make-plan.ts';
import { failures, outcomesOf } from '../outcomes.ts';
import { openPullComment } from '../pull-comment.ts';
import { writeReports } from '../reports.ts';
import type { FailureReason, Result } from '../result.ts';
import { type Ran, runMcpform } from '../run-mcpform.ts';
import { logRun } from '../tell-log.ts';

/** Applies what is on the default branch, if everything that came to it was approved. */
export async function apply(job: Job): Promise<Result> {
  const gate = job.inputs.approval === 'none' ? null : await passGate(job);
  if (gate !== null && gate.findings.length > 0) {
    const reports = await writeReports(null, gate.findings, job);
    return {
      exitCode: EXIT.stale,
      failure: 'not-approved',
      findings: gate.findings,
      plan: null,
      outputs: reports,
    };
  }
  const policies = await fetchPolicies(gate?.from ?? null, job);
  const ran = await runMcpform(
    [
      'apply',
      '--auto-approve',
      '--checks',
      ...filesOf(job),
      ...policies.flatMap((policy) => ['--policy', policy]),
      ...job.inputs.args,
    ],
    job.may,
  );
  // Printed by the same version of ourselves, after a line that says which.
  const events = ran.documents.filter(({ kind }) => typeof kind === 'string');
  logRun(events as unknown as readonly Event[], job.log);
  if (gate !== null) await tellPulls(gate, ran, job);
  const findings = [...(ran.error?.findings ?? []), ...failures(outcomesOf(ran))];
  return {
    exitCode: ran.exitCode,
    failure: reasonOf(ran),
    findings,
    plan: null,
    outputs: await writeReports(null, findings, job),
  };
}

function reasonOf({ exitCode }: Ran): FailureReason | null {
  switch (exitCode) {
    case EXIT.ok:
    case EXIT.changes:
      return null;
    case EXIT.stale:
      return 'plan-changed';
    case EXIT.locked:
      return 'state-locked';
    case EXIT.partial:
      return 'apply-failed';
    case EXIT.denied:
      return 'policy-denied';
    case EXIT.usage:
      return 'invalid';
    default:
      return 'apply-failed';
  }
}

async function tellPulls({ pulls, commit }: Passed, ran: Ran, job: Job): Promise<void> {
  if (pulls.length === 0 || !job.inputs.comment) return;
  const gitHub = await job.gitHub();
  if (gitHub === null) return;
  const applied = {
    commit,
    outcomes: outcomesOf(ran),
    error: ran.error,
  };
  for (const number of pulls) await openPullComment(number, gitHub, job).showApplied(applied);
}
