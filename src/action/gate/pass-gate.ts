import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { appliedCommit } from '../applied-commit.ts';
import { refOf } from '../event-facts.ts';
import type { Job } from '../job.ts';
import { planBetween } from '../make-plan.ts';
import { judgeHistory } from './judge-history.ts';

export interface Passed {
  /** Empty: all of it was approved. */
  readonly findings: readonly Finding[];
  readonly pulls: readonly number[];
  readonly from: string;
  readonly commit: string;
}

/** What is applied is the checkout, so it has to be the commit that was judged, and the branch that people merge into. */
export async function passGate(job: Job): Promise<Passed> {
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
