import { McpformError } from '../../model/error.ts';
import type { Event, Outcome } from '../../model/event.ts';
import { EXIT } from '../../model/exit-code.ts';
import { appliedCommit } from '../applied-commit.ts';
import { refOf } from '../event-facts.ts';
import { fetchPolicies } from '../fetch-policies.ts';
import { judgeHistory } from '../gate/gate.ts';
import type { Job } from '../job.ts';
import { filesOf, planBetween } from '../make-plan.ts';
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
  const findings = ran.error?.findings ?? [];
  return {
    exitCode: ran.exitCode,
    failure: reasonOf(ran),
    findings,
    plan: null,
    outputs: await writeReports(null, findings, job),
  };
}

interface Passed {
  readonly findings: Awaited<ReturnType<typeof judgeHistory>>['findings'];
  readonly pulls: readonly number[];
  readonly from: string;
  readonly commit: string;
}

/** What is applied is the checkout, so it has to be the commit that was judged, and the branch that people merge into. */
async function passGate(job: Job): Promise<Passed> {
  const { branch, commit, before } = refOf(job.event);
  const gitHub = await job.gitHub();
  if (gitHub === null) {
    throw new McpformError('ACTION_INPUT_INVALID', 'input token: approvals cannot be looked up without one', {
      hint: 'give the job `pull-requests: read` and `contents: read`',
    });
  }
  await requireCheckout(commit, job);
  const from = await lowerEnd({ commit, before }, job);
  return { ...(await judgeHistory({ from, to: commit, branch }, gitHub, job)), from, commit };
}

/**
 * Since when changes have to have been approved. What this machine applied last, where it knows: a push that was refused is
 * not let in by the next one. Else what the event says.
 */
async function lowerEnd(
  { commit, before }: { readonly commit: string; readonly before: string | null },
  job: Job,
): Promise<string> {
  const named = job.inputs.from === null ? null : await job.git.commitOf(job.inputs.from);
  const from = named ?? (await appliedCommit(job)) ?? before;
  if (from === null) {
    throw new McpformError(
      'ACTION_HISTORY',
      'nobody knows since when changes have to have been approved: this machine has applied nothing yet, and the event is no push',
      { hint: 'run `mcpform apply` once on this machine, or name a revision with the input `from`' },
    );
  }
  await job.git.ensure([from, commit]);
  if (from === commit || (await job.git.isAncestor(from, commit))) return from;
  throw new McpformError('ACTION_HISTORY', `${from}, which was applied last, is no ancestor of ${commit}`, {
    hint: 'the branch was rewritten: apply once on the machine itself, after having looked at the plan',
  });
}

async function requireCheckout(commit: string, job: Job): Promise<void> {
  const head = await job.git.head();
  const plan = head === commit ? await planBetween({ from: commit, to: null }, job) : null;
  if (plan !== null && plan.steps.length === 0) return;
  const what =
    plan === null
      ? `${head} is checked out`
      : `${plan.steps.map(({ address }) => address).join(', ')}: not as in the commit`;
  throw new McpformError('ACTION_CHECKOUT_DIFFERS', `the workflow runs for ${commit}, but ${what}`, {
    hint: 'check out that commit, and let no step change manifest or lock before this one',
  });
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

async function tellPulls({ pulls, commit }: Passed, { documents, error }: Ran, job: Job): Promise<void> {
  if (pulls.length === 0 || !job.inputs.comment) return;
  const gitHub = await job.gitHub();
  if (gitHub === null) return;
  const outcomes = documents.find(({ kind }) => kind === 'run.finished')?.['outcomes'];
  const applied = {
    commit,
    outcomes: Array.isArray(outcomes) ? (outcomes as unknown as Outcome[]) : [],
    error,
  };
  for (const number of pulls) await openPullComment(number, gitHub, job).showApplied(applied);
}
